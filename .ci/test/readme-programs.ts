import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bundle.ts";

/** A `ts` block of a page: a complete program. */
export interface Program {
  readonly title: string;
  readonly code: string;
  readonly file: string;
  /** Where it runs; the word after `ts` at the fence. */
  readonly runtime: "node" | "workers" | "deno" | "bun";
}

/** The programs in every page of documentation in the repository. */
export function programs(): Program[] {
  const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return [...text.matchAll(/^```ts(?: (workers|deno|bun))?\n([\s\S]*?)^```$/gm)].map(
      ([, runtime = "node", code = ""], index): Program => ({
        title: `${page}, program ${index + 1}`,
        code,
        file: `${page.replaceAll(/\W/g, "-")}-${index + 1}.ts`,
        runtime: runtime as Program["runtime"],
      }),
    );
  });
}
