import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { type ESTree, parseSync } from "vite";
import { type Manifest, root, sourcesByEntry } from "../repository.ts";

/** What an import of a name gives: its declaration, and whether the name can be used as a value. */
interface PublicExport {
  readonly kind: string;
  readonly isType: boolean;
}

type Exports = Map<string, PublicExport>;

/** Reads the exports of entry points from their sources. */
export class ExportReader {
  readonly #entries: ReadonlyMap<string, string>;
  readonly #known = new Map<string, Exports>();

  constructor(manifests: readonly Manifest[]) {
    this.#entries = sourcesByEntry(manifests);
  }

  /** The names that a package exports, entry by entry, as text. */
  describe(name: string): string {
    const entries = [...this.#entries].filter(([entry]) => entry === name || entry.startsWith(`${name}/`));
    return entries.map(([entry, source]) => `${entry}\n${describeExports(this.#read(source))}`).join("\n");
  }

  #read(path: string): Exports {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const found: Exports = new Map();
    this.#known.set(path, found);
    const { program } = parseSync(path, readFileSync(join(root, path), "utf8"));
    const declared = declarationsIn(program.body);
    for (const statement of program.body) {
      if (statement.type === "ExportAllDeclaration") this.#addAll(found, path, statement);
      if (statement.type === "ExportDefaultDeclaration") found.set("default", { kind: "value", isType: false });
      if (statement.type !== "ExportNamedDeclaration") continue;
      if (statement.declaration !== null) addDeclaration(found, statement.declaration);
      for (const { local, exported, exportKind } of statement.specifiers) {
        const source = statement.source === null ? declared : this.#exportsOf(path, statement.source.value);
        const { kind, isType } = source?.get(nameOf(local)) ?? {
          kind: `from ${statement.source?.value}`,
          isType: false,
        };
        const isTypeOnly = isType || exportKind === "type" || statement.exportKind === "type";
        found.set(nameOf(exported), { kind, isType: isTypeOnly });
      }
    }
    return found;
  }

  #addAll(found: Exports, path: string, { source, exported, exportKind }: ESTree.ExportAllDeclaration): void {
    if (exported !== null) {
      found.set(nameOf(exported), { kind: "namespace", isType: exportKind === "type" });
      return;
    }
    for (const [name, { kind, isType }] of this.#exportsOf(path, source.value) ?? []) {
      if (name !== "default") found.set(name, { kind, isType: isType || exportKind === "type" });
    }
  }

  /** The exports of a module that another one names; `undefined` outside the repository. */
  #exportsOf(importer: string, specifier: string): Exports | undefined {
    const isRelative = specifier.startsWith(".");
    const path = isRelative ? posix.join(posix.dirname(importer), specifier) : this.#entries.get(specifier);
    return path === undefined ? undefined : this.#read(path);
  }
}

/** Kinds of declarations, as a reader of the snapshot knows them. */
const KINDS: Readonly<Record<string, string>> = {
  FunctionDeclaration: "function",
  TSDeclareFunction: "function",
  ClassDeclaration: "class",
  TSInterfaceDeclaration: "interface",
  TSTypeAliasDeclaration: "type",
};

function declarationsIn(statements: readonly ESTree.Statement[]): Exports {
  const found: Exports = new Map();
  for (const statement of statements) addDeclaration(found, statement);
  return found;
}

function addDeclaration(found: Exports, statement: ESTree.Statement | ESTree.Declaration): void {
  if (statement.type === "VariableDeclaration") {
    for (const { id } of statement.declarations) {
      if (id.type === "Identifier") found.set(id.name, { kind: statement.kind, isType: false });
    }
    return;
  }
  const kind = KINDS[statement.type];
  if (kind === undefined || !("id" in statement) || statement.id?.type !== "Identifier") return;
  found.set(statement.id.name, { kind, isType: kind === "interface" || kind === "type" });
}

function describeExports(exports: Exports): string {
  const lines = [...exports].map(([name, { kind, isType }]) => {
    const isTypeOnly = isType && kind !== "interface" && kind !== "type";
    return `  ${name}: ${kind}${isTypeOnly ? ", as a type only" : ""}\n`;
  });
  return lines.sort().join("");
}

function nameOf(name: ESTree.ModuleExportName): string {
  return name.type === "Literal" ? name.value : name.name;
}
