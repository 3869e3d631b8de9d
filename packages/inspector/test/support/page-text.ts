/** The text of a page as a browser shows it, without markup. */
export function textOf(page: string): string {
  return page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, " ");
}

/** The verdict on the page. */
export function verdictIn(page: string): string {
  return textOf(/<h2 id="verdict">.*?<\/h2>/s.exec(page)?.[0] ?? "")
    .replace("Verdict", "")
    .trim();
}
