/** The data of a shop session. The logged-in user is not part of it: that is `session.subject`. */
export interface ShopData {
  username: string;
  /** Item names, one entry per piece. */
  cart: string[];
  theme: Theme;
  /** Used by the scenario about nested changes. */
  wishes: { readonly title: string; readonly list: string[] };
}

/** Flash messages by category. */
export interface ShopFlash {
  notice: string;
  error: string;
  /** The results of the scenario that was just tried. */
  findings: readonly Finding[];
}

/** Something that was tried in a scenario, and its result. */
export interface Finding {
  readonly tried: string;
  readonly result: string;
}

export type Theme = "light" | "dark";

export function isTheme(value: string): value is Theme {
  return value === "light" || value === "dark";
}
