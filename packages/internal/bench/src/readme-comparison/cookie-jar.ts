import type { Answer } from "./library.ts";

/** The cookies of a browser, for one site. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** @param header - a `Cookie` header with the first content of the jar */
  constructor(header = "") {
    for (const pair of header.split("; ").filter(Boolean)) {
      const at = pair.indexOf("=");
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  receive({ headers }: Answer): void {
    for (const line of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const [, expires = ""] = /; *expires=([^;]+)/i.exec(line) ?? [];
      const isRemoved = /; *max-age=0/i.test(line) || Date.parse(expires) <= Date.now();
      if (isRemoved) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
