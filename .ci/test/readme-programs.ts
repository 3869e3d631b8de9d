import { fences } from "./fences.ts";

/** A `ts` or `tsx` block of a page: a complete program. */
export interface Program {
  readonly title: string;
  readonly code: string;
  readonly file: string;
  /** Where it runs: the word after `ts` at the fence. `test` is Node's own test runner. */
  readonly runtime: "node" | "test" | "workers" | "deno" | "bun";
}

/** The languages of the blocks that are programs. */
export const PROGRAM: RegExp = /^tsx?(?: (test|workers|deno|bun))?$/;

/** The programs in all pages. */
export function programs(): Program[] {
  const counts = new Map<string, number>();
  return fences().flatMap(({ page, language, code }) => {
    const [isProgram, runtime = "node"] = PROGRAM.exec(language) ?? [];
    if (isProgram === undefined) return [];
    const number = (counts.get(page) ?? 0) + 1;
    counts.set(page, number);
    return {
      title: `${page}, program ${number}`,
      code,
      file: `${page.replaceAll(/\W/g, "-")}-${number}.${language.split(" ")[0]}`,
      runtime: runtime as Program["runtime"],
    };
  });
}
