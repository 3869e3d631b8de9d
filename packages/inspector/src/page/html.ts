/** Markup that is safe to put into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What stands between markup: text, which is escaped, markup, and lists of both. `undefined` and `false` are nothing. */
export type Part = Html | string | number | undefined | false | readonly Part[];

/** Markup from a template literal; whatever stands in it and is no markup itself is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((string, index) => string + render(parts[index])).join(""));
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return escaped(String(part));
}

/** What turns the order of letters round, or is not seen at all: with it a value can look like another one. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u200b\u2060\ufeff]/gu;

/** For text, and for attributes in quotes. */
function escaped(text: string): string {
  return text
    .replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
