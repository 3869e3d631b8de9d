import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";

export type Role = "customer" | "administrator";

/** The accounts of the shop. */
export interface Users {
  readonly names: readonly string[];
  /** @returns `undefined` for an unknown name */
  roleOf(name: string): Role | undefined;
  /**
   * Whether this is the password of the user. The check of an unknown name takes the same time, so the time does not
   * reveal which names exist.
   */
  isPassword(name: string, password: string): Promise<boolean>;
  changePassword(name: string, password: string): Promise<void>;
}

interface User {
  readonly role: Role;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** Opens the table of users. A new table has the demo users: Eve with secure123, Grace with admin123. */
export function openUsers(database: DatabaseSync): Users {
  database.exec(
    "create table if not exists users (name text primary key, role text not null, salt blob not null, hash blob not null)",
  );
  const insert = database.prepare("insert or ignore into users (name, role, salt, hash) values (?, ?, ?, ?)");
  for (const [name, { role, salt, hash }] of demoUsers) insert.run(name, role, salt, hash);
  const select = database.prepare("select role, salt, hash from users where name = ?");
  const find = (name: string) => select.get(name) as User | undefined;
  const unknownUser: Pick<User, "salt" | "hash"> = { salt: randomBytes(16), hash: randomBytes(HASH_SIZE) };

  return {
    names: demoUsers.map(([name]) => name),

    roleOf: (name) => find(name)?.role,

    async isPassword(name, password) {
      const user = find(name);
      const { salt, hash } = user ?? unknownUser;
      return timingSafeEqual(await hashOf(password, salt), hash) && user !== undefined;
    },

    async changePassword(name, password) {
      const salt = randomBytes(16);
      const hash = await hashOf(password, salt);
      const { changes } = database.prepare("update users set salt = ?, hash = ? where name = ?").run(salt, hash, name);
      if (changes === 0) throw new Error("Unknown user");
    },
  };
}

/** In bytes. */
const HASH_SIZE = 32;

const demoUsers: readonly (readonly [name: string, User])[] = [
  ["Eve", demoUser("customer", "E4mS7DdcnmAS4K_hHjFeJg", "7mh1N-TeV1ceT2RTvVLgW6Ybyo8XM18s72GAC5jGoC4")],
  ["Grace", demoUser("administrator", "GoYtrA623knbED1xDeKFwQ", "zOQhGdqrKe7AlqoFCWabSV6rLeKchAydZbUem9hWw8I")],
];

function demoUser(role: Role, salt: string, hash: string): User {
  return { role, salt: Buffer.from(salt, "base64url"), hash: Buffer.from(hash, "base64url") };
}

function hashOf(password: string, salt: Uint8Array): Promise<Buffer> {
  return promisify<string, Uint8Array, number, Buffer>(scrypt)(password, salt, HASH_SIZE);
}
