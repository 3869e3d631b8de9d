/** The data of a session, the same for every contender. */
export interface BenchData extends Record<string, unknown> {
  /** The number of the session. */
  readonly n: number;
  readonly theme: string;
  readonly locale: string;
  readonly cart: readonly string[];
  readonly note: string;
  /** Incremented by `write`. */
  count?: number;
  /** Set by `login`. */
  user?: string;
}

/** Data that is exactly `size` bytes long as JSON. */
export function dataOf(n: number, size: number): BenchData {
  const cart = Array.from({ length: Math.floor(size / 50) }, (_, item) => `item number ${item}`);
  const data = { n, theme: "dark", locale: "en-GB", cart, note: "" };
  return { ...data, note: "x".repeat(Math.max(0, size - JSON.stringify(data).length)) };
}

/** The query of a `fill` request, which describes the data. */
export function fillQuery(n: number, size: number): string {
  return `?n=${n}&size=${size}`;
}

export function dataOfQuery(url: string): BenchData {
  const query = new URLSearchParams(url.slice(url.indexOf("?")));
  return dataOf(Number(query.get("n")), Number(query.get("size")));
}

/** The user that `login` logs in. */
export const USER = "user-1";

/** A secret that every contender accepts. It is fixed because workers have no random bytes before their first request. */
export const SECRET = "6f1d0c9be27a4583a0bd3f92c7e845161b2ad04fc38e97d5";
