import { formatInstant } from "@coatcheck/inspector/cookie";
import type { CliIo } from "../io.ts";
import { styled, toPrintable, toTable } from "../output.ts";
import type { CookieReport, ReportedSession } from "./cookie-report.ts";

/** A report for people, in the order of their questions: what is it, what does it say, would a server accept it. */
export function toReportText(io: CliIo, report: CookieReport): string {
  const { form, kid, attributes, needsReissue, session } = report;
  const rows = [
    ["cookie", `${toPrintable(report.name)}, ${sizeOf(report)}`],
    ["mode", FORMS[form]],
    ...(kid === undefined ? [] : [["key id", `${toPrintable(kid)}${needsReissue ? ", from an older secret" : ""}`]]),
    ...(attributes === undefined ? [] : [["attributes", toPrintable(attributes.join("; "))]]),
    ...(session === undefined ? [] : rowsOf(session, io.now())),
  ];
  return [toTable(rows), ...dataOf(report), ...verdictOf(io, report)].join("\n");
}

const FORMS: Readonly<Record<CookieReport["form"], string>> = {
  signed: "signed cookie (JWS): it contains the session; anyone can read it, no one can change it",
  encrypted: "encrypted cookie (JWE): it contains the session; no one can read or change it without the secret",
  id: "server-side: a random id; the session is in a store",
  unknown: "not issued by coatcheck: from another library, cut off, or with a chunk missing",
};

function sizeOf({ cookies }: CookieReport): string {
  const [first] = cookies;
  if (cookies.length === 1) return `${first?.bytes} of ${first?.limit} bytes`;
  return `in ${cookies.length} parts of ${cookies.map(({ bytes }) => bytes).join(", ")} bytes, at most ${first?.limit} each`;
}

function rowsOf(session: ReportedSession, now: number): string[][] {
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
    ...Object.entries(instants).flatMap(([name, iso]) => (iso ? [[name, formatInstant(Date.parse(iso), now)]] : [])),
  ];
}

function dataOf({ form, session }: CookieReport): string[] {
  if (session?.data === undefined) return [];
  const hint = form === "signed" ? " (anyone who has the cookie can read it)" : "";
  const { data, flash, login } = session;
  return [
    "",
    `data${hint}`,
    toJson(data),
    ...(flash === undefined ? [] : ["flash messages", toJson(flash)]),
    ...(login === undefined ? [] : ["recorded at the login", toJson(login)]),
  ];
}

function verdictOf(io: CliIo, { verdict }: CookieReport): string[] {
  const { answer, reason, missing, explanation, unverified } = verdict;
  if (answer === "accepted") return ["", styled(io, io.stdout, "green", "accepted")];
  if (answer === "undecided") return ["", `${styled(io, io.stdout, "yellow", "undecided")}: needs ${missing}`];
  const remark = unverified ? " (its signature was not verified)" : "";
  const text = ["", `${styled(io, io.stdout, "red", "rejected")}: ${reason}${remark}`];
  if (explanation === undefined) return text;
  const { meaning, causes, fix } = explanation;
  return [...text, meaning, ...causes.map((cause) => `- ${cause}`), `What to do: ${fix}`];
}

/** Indented, with escaped control characters. */
function toJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? "nothing";
  return text
    .split("\n")
    .map((line) => `  ${toPrintable(line)}`)
    .join("\n");
}
