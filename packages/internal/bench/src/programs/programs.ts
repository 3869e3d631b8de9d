import { fileURLToPath } from "node:url";

/** The file of each program, by its name in the tables. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  "bare handler": file("no-sessions"),
  "coatcheck, signed": file("coatcheck-signed"),
  "coatcheck, encrypted": file("coatcheck-encrypted"),
  "coatcheck, memory": file("coatcheck-server"),
  "coatcheck in Hono, encrypted": file("coatcheck-hono"),
  "Hono without sessions": file("hono-without-sessions"),
  "Hono's signed cookie": file("hono-cookie"),
  "@hono/session": file("hono-session"),
  "hono-sessions, encrypted": file("hono-sessions"),
  "iron-session": file("iron-session"),
  "h3 useSession": file("h3"),
  "React Router, signed": file("react-router"),
};

function file(name: string): string {
  return fileURLToPath(new URL(`${name}.ts`, import.meta.url));
}
