/** A project to begin with; its files are in the folder of its name in `templates`. */
export interface Template {
  readonly name: string;
  /** What it is, beside its name in a list. */
  readonly title: string;
  /** The file that its secret is in, from where its command takes it. */
  readonly secretFile: string;
  /** What to type in its folder, in this order. */
  readonly commands: readonly string[];
  /** Where it then answers. */
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

/** The template that somebody may have meant: one that begins so, or that is at most two slips away. */
export function similarTemplate(name: string): Template | undefined {
  const wanted = name.toLowerCase();
  return templates
    .map((template) => ({
      template,
      slips: wanted !== "" && template.name.startsWith(wanted) ? 0 : slips(wanted, template.name),
    }))
    .filter((candidate) => candidate.slips <= 2)
    .sort((a, b) => a.slips - b.slips)[0]?.template;
}

/** How many letters to add, drop or change (Levenshtein). */
function slips(from: string, to: string): number {
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
