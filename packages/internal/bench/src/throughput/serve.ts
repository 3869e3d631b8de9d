// Serves one of the programs with the server of the current runtime. Arguments: the file of the program, and a port.
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Program } from "../programs/program.ts";

/** The parts of Deno and Bun that are used here. Their own types conflict with each other. */
interface Hosts {
  readonly Deno?: {
    serve(options: { hostname: string; port: number; onListen(): void }, fetch: Program["fetch"]): unknown;
  };
  readonly Bun?: { serve(options: { hostname: string; port: number; fetch: Program["fetch"] }): unknown };
}

const { Deno, Bun } = globalThis as unknown as Hosts;
const [, , file = "", port = ""] = process.argv;
const { default: program } = (await import(pathToFileURL(file).href)) as { default: Program };
const address = { hostname: "127.0.0.1", port: Number(port) };
const fetch = (request: Request): Response | Promise<Response> => program.fetch(request);

if (Deno !== undefined) {
  Deno.serve({ ...address, onListen: () => undefined }, fetch);
} else if (Bun !== undefined) {
  Bun.serve({ ...address, fetch });
} else {
  const { serve } = await import("@hono/node-server");
  await new Promise<void>((resolve) => serve({ ...address, fetch }, () => resolve()));
}
console.log("listening");
