import { join, relative } from "node:path";
import { type Application, Converter, type DeclarationReflection, ReflectionKind } from "typedoc";
import { PACKAGES, readManifest, root } from "./options.ts";

/** Names a module like its import: `packages/stores/src/redis.ts` is `@coatcheck/stores/redis`. */
export function nameModules(app: Application): void {
  const names = new Map(PACKAGES.flatMap(namesOf));
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection: DeclarationReflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
    const file = relative(root, declaration?.getSourceFile().fileName ?? "");
    reflection.name = names.get(file) ?? reflection.name;
  });
}

function namesOf(folder: string): [file: string, name: string][] {
  const { name, exports } = readManifest(folder);
  return Object.entries(exports).flatMap(([key, entry]) => {
    const source = typeof entry === "string" ? undefined : entry["@coatcheck/source"];
    return source === undefined ? [] : [[join(folder, source), join(name, key)] as [string, string]];
  });
}
