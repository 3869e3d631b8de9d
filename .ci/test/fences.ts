import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../repository.ts";

/** A block of code in a page of documentation. */
export interface Fence {
  /** The path of the page in the repository. */
  readonly page: string;
  /** The line of its opening fence, from 1. */
  readonly line: number;
  /** The text after the opening fence: `ts`, or with a second word `ts workers`. */
  readonly language: string;
  readonly code: string;
}

/** The opening fence of a block, at any indentation. */
const OPENING = /^\s*(`{3,}|~{3,})\s*(.*?)\s*$/;

/** The paths of all Markdown pages. */
export function pages(): string[] {
  return execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** The code blocks of all pages. */
export function fences(): Fence[] {
  return pages().flatMap((page) => fencesOf(page, readPage(page)));
}

/** The code blocks of one page, in their order. @throws if a block is not closed */
export function fencesOf(page: string, text: string): Fence[] {
  const found: Fence[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const [, fence, language = ""] = OPENING.exec(lines[at] ?? "") ?? [];
    if (fence === undefined) continue;
    const length = lines.slice(at + 1).findIndex((line) => line.trim() === fence);
    if (length < 0) throw new Error(`${page}:${at + 1}: this block is not closed.`);
    const code = lines.slice(at + 1, at + 1 + length).join("\n");
    found.push({ page, line: at + 1, language, code: `${code}\n` });
    at += length + 1;
  }
  return found;
}

/** The text of a page without its code blocks. Line numbers stay the same. */
export function withoutFences(page: string, text: string): string {
  const lines = text.split("\n");
  for (const { line, code } of fencesOf(page, text)) lines.fill("", line - 1, line + code.split("\n").length);
  return lines.join("\n");
}
