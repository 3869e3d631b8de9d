/** What the shop remembers of a visitor. Whether they are logged in is `session.subject`, and no data. */
export interface ShopData {
  username: string;
  /** Names of items, once for each piece. */
  cart: string[];
  theme: Theme;
  /** Of the scenario about nested changes. */
  wishes: { readonly title: string; readonly list: string[] };
}

/** Flash messages, by category. */
export interface ShopFlash {
  notice: string;
  error: string;
  /** What a scenario has just shown. */
  findings: readonly Finding[];
}

/** Something that was tried, and what came of it. */
export interface Finding {
  readonly tried: string;
  readonly result: string;
}

export type Theme = "light" | "dark";

export function isTheme(value: string): value is Theme {
  return value === "light" || value === "dark";
}
