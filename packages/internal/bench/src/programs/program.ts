export { SECRET } from "../contenders/session-data.ts";

/** A minimal application with sessions, for the measurements of whole applications. */
export interface Program {
  /** `/fill` creates a session. Every other path answers with the user in the session. */
  fetch(request: Request): Response | Promise<Response>;
}

export interface Data {
  user: string;
  profile: { theme: string; cart: string[]; note: string };
}

/** About 200 bytes of data. */
export const DATA: Data = {
  user: "ada",
  profile: {
    theme: "dark",
    cart: ["item number 1", "item number 2", "item number 3", "item number 4"],
    note: "x".repeat(80),
  },
};

/** Sets the data in a session that has a `set` method. */
export function fill(session: { set<Key extends keyof Data>(key: Key, value: Data[Key]): void }): void {
  session.set("user", DATA.user);
  session.set("profile", DATA.profile);
}
