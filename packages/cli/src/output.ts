import { styleText } from "node:util";
import type { CliIo, CliStream } from "./io.ts";

/** Options that every command has. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** Gives the result, on standard output: one JSON document for programs, or the text for people. */
export function giveResult(io: CliIo, { json }: OutputOptions, document: object, text: string): void {
  // JSON stays the same JSON when a character in a text is spelled out.
  io.stdout.write(json ? `${toPrintable(JSON.stringify(document))}\n` : `${text}\n`);
}

/** Says something besides the result, on standard error. With `--json` nothing is said. */
export function say(io: CliIo, { json }: OutputOptions, text: string): void {
  if (!json) io.stderr.write(`${text}\n`);
}

/** Whether somebody looks at the stream, in a terminal that obeys control sequences. */
export function isTerminal(io: CliIo, stream: CliStream): boolean {
  return stream.isTTY === true && io.env["TERM"] !== "dumb";
}

/** Text in a style where there is a terminal and its owner wants colour (https://no-color.org). */
export function styled(io: CliIo, stream: CliStream, style: "bold" | "red" | "green" | "yellow", text: string): string {
  if (!isTerminal(io, stream) || io.env["NO_COLOR"]) return text;
  return styleText(style, text, { validateStream: false });
}

/**
 * Text of somebody else's as one line, with what a terminal would obey or not show spelled out: a cookie's claims and a
 * session's subject come from whoever sent them.
 */
export function toPrintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${toHex(character.charCodeAt(index))}`).join(""),
  );
}

function toHex(unit: number): string {
  return unit.toString(16).padStart(4, "0");
}

/** A table without lines; the last column takes what is left. */
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
