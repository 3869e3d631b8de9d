export { SECRET } from "../contenders/session-data.ts";

/** A whole application with sessions, as small as it can be, for what is about whole applications. */
export interface Program {
  /** `/fill` makes a session, every other path says who is in it. */
  fetch(request: Request): Response | Promise<Response>;
}

export interface Data {
  user: string;
  profile: { theme: string; cart: string[]; note: string };
}

/** Some 200 bytes of data. */
export const DATA: Data = {
  user: "ada",
  profile: {
    theme: "dark",
    cart: ["item number 1", "item number 2", "item number 3", "item number 4"],
    note: "x".repeat(80),
  },
};

/** Sets the data in a session that is set by keys. */
export function fill(session: { set<Key extends keyof Data>(key: Key, value: Data[Key]): void }): void {
  session.set("user", DATA.user);
  session.set("profile", DATA.profile);
}
