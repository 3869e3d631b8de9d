import { describeInstant } from "../instants.ts";
import type { CliIo } from "../io.ts";
import { styled, toPrintable, toTable } from "../output.ts";
import type { InspectedSession, Inspection } from "./cookie-report.ts";

/** An inspection for people, in the order in which one asks: what is it, what does it say, would it be honoured. */
export function describeInspection(io: CliIo, inspection: Inspection): string {
  const { form, kid, attributes, stale, session } = inspection;
  const rows = [
    ["cookie", `${toPrintable(inspection.name)}, ${sizeOf(inspection)}`],
    ["mode", FORMS[form]],
    ...(kid === undefined ? [] : [["key id", `${toPrintable(kid)}${stale ? ", of an older secret" : ""}`]]),
    ...(attributes === undefined ? [] : [["attributes", toPrintable(attributes.join("; "))]]),
    ...(session === undefined ? [] : rowsOf(session, io.now())),
  ];
  return [toTable(rows), ...dataOf(inspection), ...verdictOf(io, inspection)].join("\n");
}

const FORMS: Readonly<Record<Inspection["form"], string>> = {
  signed: "signed cookie (JWS): the session is in it, nobody can change it, and anybody can read it",
  encrypted: "encrypted cookie (JWE): the session is in it, and nobody can read or change it without the secret",
  id: "server-side: a random id, and the session is in a store",
  unknown: "of no form that coatcheck makes: another library's, cut off, or without one of its parts",
};

function sizeOf({ cookies }: Inspection): string {
  const [first] = cookies;
  if (cookies.length === 1) return `${first?.bytes} of ${first?.limit} bytes`;
  return `in ${cookies.length} parts of ${cookies.map(({ bytes }) => bytes).join(", ")} bytes, each of ${first?.limit}`;
}

function rowsOf(session: InspectedSession, now: number): string[][] {
  const instants = {
    created: session.createdAt,
    login: session.authenticatedAt,
    issued: session.issuedAt,
    expires: session.expiresAt,
  };
  return [
    ["id", toPrintable(session.id)],
    ...(session.subject === undefined ? [] : [["subject", toPrintable(String(session.subject))]]),
    ...(session.version === undefined ? [] : [["version", String(session.version)]]),
    ...Object.entries(instants).flatMap(([name, iso]) => (iso ? [[name, describeInstant(Date.parse(iso), now)]] : [])),
  ];
}

function dataOf({ form, session }: Inspection): string[] {
  if (session?.data === undefined) return [];
  const hint = form === "signed" ? " (anybody who has the cookie can read it)" : "";
  const { data, flash, login } = session;
  return [
    "",
    `data${hint}`,
    toJson(data),
    ...(flash === undefined ? [] : ["flash messages", toJson(flash)]),
    ...(login === undefined ? [] : ["noted at the login", toJson(login)]),
  ];
}

function verdictOf(io: CliIo, { verdict }: Inspection): string[] {
  const { answer, reason, missing, lesson, unverified } = verdict;
  if (answer === "honoured") return ["", styled(io, io.stdout, "green", "honoured")];
  if (answer === "undecided") return ["", `${styled(io, io.stdout, "yellow", "undecided")}: needs ${missing}`];
  return [
    "",
    `${styled(io, io.stdout, "red", "rejected")}: ${reason}${unverified ? " (its signature was not verified)" : ""}`,
    ...(lesson === undefined
      ? []
      : [lesson.what, ...lesson.causes.map((cause) => `- ${cause}`), `What to do: ${lesson.mend}`]),
  ];
}

/** Indented, and without anything that a terminal obeys. */
function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? "nothing";
  return text
    .split("\n")
    .map((line) => `  ${toPrintable(line)}`)
    .join("\n");
}
