/** A starter project. Its files are in `templates`, in the folder of its name. */
export interface Template {
  readonly name: string;
  /** Its description in a list. */
  readonly title: string;
  /** The file with its secret, which its start command reads. */
  readonly secretFile: string;
  /** The commands that start it, in this order. */
  readonly commands: readonly string[];
  /** Its address after the start. */
  readonly url: string;
}

export const templates: readonly Template[] = [
  {
    name: "hono",
    title: "Hono on Node 22.18 or newer",
    secretFile: ".env",
    commands: ["npm install", "npm start"],
    url: "http://localhost:3000",
  },
  {
    name: "workers",
    title: "Cloudflare Workers",
    secretFile: ".dev.vars",
    commands: ["npm install", "npm start"],
    url: "http://localhost:8787",
  },
  {
    name: "deno",
    title: "Deno",
    secretFile: ".env",
    commands: ["deno task start"],
    url: "http://localhost:8000",
  },
  {
    name: "bun",
    title: "Bun",
    secretFile: ".env",
    commands: ["bun install", "bun run start"],
    url: "http://localhost:3000",
  },
];

/** How many letters of a misspelled name may be wrong. */
const MAX_DISTANCE = 2;

/** The template that a misspelled name probably means: it begins with the name, or differs in at most two letters. */
export function similarTemplate(name: string): Template | undefined {
  const wanted = name.toLowerCase();
  return templates
    .map((template) => ({
      template,
      distance: wanted !== "" && template.name.startsWith(wanted) ? 0 : editDistance(wanted, template.name),
    }))
    .filter((candidate) => candidate.distance <= MAX_DISTANCE)
    .sort((a, b) => a.distance - b.distance)[0]?.template;
}

/** How many letters have to be added, removed or replaced (Levenshtein distance). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
