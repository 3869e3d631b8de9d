import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../repository.ts";

/** A block of code in a page of documentation. */
export interface Fence {
  /** The page's path in the repository. */
  readonly page: string;
  /** Of the fence that opens it, from 1. */
  readonly line: number;
  /** What stands behind the fence: `ts`, or with a second word `ts workers`. */
  readonly language: string;
  readonly code: string;
}

/** What opens a block, however far it is indented. */
const OPENING = /^\s*(`{3,}|~{3,})\s*(.*?)\s*$/;

/** Paths of all pages of documentation. */
export function pages(): string[] {
  return execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** The blocks of all pages. */
export function fences(): Fence[] {
  return pages().flatMap((page) => fencesOf(page, readPage(page)));
}

/** The blocks of one page, in their order. @throws when one is not closed */
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

/** A page's text without its blocks of code; as many lines, so that numbers stay right. */
export function withoutFences(page: string, text: string): string {
  const lines = text.split("\n");
  for (const { line, code } of fencesOf(page, text)) lines.fill("", line - 1, line + code.split("\n").length);
  return lines.join("\n");
}
