import { styleText } from "node:util";
import type { CliIo, CliStream } from "./io.ts";

/** Options that every command has. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** Writes the result to standard output: one JSON document for programs, or text for people. */
export function writeResult(io: CliIo, { json }: OutputOptions, document: object, text: string): void {
  // Escaping a character inside a JSON string does not change its value.
  io.stdout.write(json ? `${toPrintable(JSON.stringify(document))}\n` : `${text}\n`);
}

/** Writes a remark to standard error, unless `--json` was given. */
export function writeRemark(io: CliIo, { json }: OutputOptions, text: string): void {
  if (!json) io.stderr.write(`${text}\n`);
}

/** Whether the stream is a terminal that understands control sequences. */
export function isTerminal(io: CliIo, stream: CliStream): boolean {
  return stream.isTTY === true && io.env["TERM"] !== "dumb";
}

/** Styled text in a terminal, unless NO_COLOR is set (https://no-color.org). */
export function styled(io: CliIo, stream: CliStream, style: "bold" | "red" | "green" | "yellow", text: string): string {
  if (!isTerminal(io, stream) || io.env["NO_COLOR"]) return text;
  return styleText(style, text, { validateStream: false });
}

/**
 * Foreign text on one line, with control and invisible characters escaped. The claims of a cookie and the subject of a
 * session may be written by an attacker, and a terminal would execute their control sequences.
 */
export function toPrintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${toHex(character.charCodeAt(index))}`).join(""),
  );
}

function toHex(unit: number): string {
  return unit.toString(16).padStart(4, "0");
}

/** Columns separated by two spaces. */
export function toTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
