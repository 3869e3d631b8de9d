/** What a session holds: the same for every contender. */
export interface BenchData extends Record<string, unknown> {
  /** Which of the sessions it is. */
  readonly n: number;
  readonly theme: string;
  readonly locale: string;
  readonly cart: readonly string[];
  readonly note: string;
  /** What `write` counts up. */
  count?: number;
  /** What `login` sets. */
  user?: string;
}

/** Data of exactly `size` bytes as JSON. */
export function dataOf(n: number, size: number): BenchData {
  const cart = Array.from({ length: Math.floor(size / 50) }, (_, item) => `item number ${item}`);
  const data = { n, theme: "dark", locale: "en-GB", cart, note: "" };
  return { ...data, note: "x".repeat(Math.max(0, size - JSON.stringify(data).length)) };
}

/** How a request for `fill` says what to fill in. */
export function fillQuery(n: number, size: number): string {
  return `?n=${n}&size=${size}`;
}

export function dataOfQuery(url: string): BenchData {
  const query = new URLSearchParams(url.slice(url.indexOf("?")));
  return dataOf(Number(query.get("n")), Number(query.get("size")));
}

/** The user that `login` logs in. */
export const USER = "user-1";

/** A secret that every contender accepts: a fixed one, since workers make no random bytes before their first request. */
export const SECRET = "6f1d0c9be27a4583a0bd3f92c7e845161b2ad04fc38e97d5";
