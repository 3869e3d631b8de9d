import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ESTree, parseSync, Visitor, type VisitorObject } from "vite";
import { listFiles, root } from "../repository.ts";

/** A module of the repository. */
export interface SourceFile {
  /** In the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Every module that it names: in imports and exports, in `import()` and in types. */
  readonly imports: readonly string[];
}

/** All TypeScript sources of packages, adapters and examples, without tests. */
export function readSources(): SourceFile[] {
  return listFiles("{packages,packages/internal,adapters,examples}/*/src/**/*.{ts,tsx}").map((path) =>
    toSourceFile(path, readFileSync(join(root, path), "utf8")),
  );
}

/** Reads the imports of a file. */
export function toSourceFile(path: string, text: string): SourceFile {
  const imports = new Set<string>();
  const add = ({ source }: { readonly source: ESTree.Expression | null }): void => {
    if (source?.type === "Literal" && typeof source.value === "string") imports.add(source.value);
  };
  visit(
    { path, text },
    {
      ImportDeclaration: add,
      ExportNamedDeclaration: add,
      ExportAllDeclaration: add,
      ImportExpression: add,
      TSImportType: add,
    },
  );
  return { path, text, imports: [...imports] };
}

/** Calls a visitor's functions for the nodes of a file. The syntax tree has no comments. */
export function visit({ path, text }: Pick<SourceFile, "path" | "text">, visitor: VisitorObject): void {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  new Visitor(visitor).visit(program);
}
