import { readFileSync, statSync } from "node:fs";
import { basename, dirname, relative } from "node:path";
import {
  type Application,
  Converter,
  type DocumentReflection,
  type NormalizedPath,
  type ProjectReflection,
} from "typedoc";
import { PAGES, root } from "./options.ts";

/** Names a page like its heading, and adds it to the group of its folder. */
export function namePages(app: Application): void {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page: DocumentReflection) => {
    const path = pathOf(page);
    const [, heading] = /^# (.+)$/m.exec(readFileSync(path, "utf8")) ?? [];
    page.name = heading?.replaceAll("`", "") ?? page.name;
    const folder = relative(root, dirname(path)) || ".";
    const [group] = Object.entries(PAGES).find(([, folders]) => folders.includes(folder)) ?? [];
    if (group !== undefined) page.frontmatter["group"] = group;
    if (basename(path) === "README.md") page.project.files.registerReflectionPath(toPath(dirname(path)), page);
  });
}

/** Redirects a link to a folder without a page to the page of its nearest parent. Other linked files are copied. */
export function linkPages(app: Application): void {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: { project: ProjectReflection }) => {
    const pages = new Map((project.documents ?? []).map((page) => [pathOf(page), page]));
    for (const path of [...project.files.getMediaPaths()].filter((path) => statSync(path).isDirectory())) {
      let folder = dirname(path);
      while (folder !== dirname(folder) && !pages.has(`${folder}/README.md`)) folder = dirname(folder);
      const nearest = pages.get(`${folder}/README.md`);
      if (nearest !== undefined) project.files.registerReflectionPath(path, nearest);
    }
  });
}

function pathOf(page: DocumentReflection): string {
  return page.project.files.getReflectionPath(page) ?? "";
}

/** Marks a path for TypeDoc, whose paths use slashes. */
function toPath(path: string): NormalizedPath {
  return path as NormalizedPath;
}
