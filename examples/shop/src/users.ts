import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

export type Role = "customer" | "administrator";

/** Who may log in. Kept in memory: a changed password is the old one again after a restart. */
export interface Users {
  readonly names: readonly string[];
  /** `undefined` for a name that does not exist. */
  roleOf(name: string): Role | undefined;
  /** Whether this is the user's password. It takes as long for a name that does not exist, or it would tell which do. */
  isPassword(name: string, password: string): Promise<boolean>;
  changePassword(name: string, password: string): Promise<void>;
}

interface User {
  readonly role: Role;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The demo users, Eve / secure123 and Grace / admin123. */
export function createUsers(): Users {
  const users = new Map<string, User>([
    ["Eve", demoUser("customer", "E4mS7DdcnmAS4K_hHjFeJg", "7mh1N-TeV1ceT2RTvVLgW6Ybyo8XM18s72GAC5jGoC4")],
    ["Grace", demoUser("administrator", "GoYtrA623knbED1xDeKFwQ", "zOQhGdqrKe7AlqoFCWabSV6rLeKchAydZbUem9hWw8I")],
  ]);
  const nobody: Pick<User, "salt" | "hash"> = { salt: randomBytes(16), hash: randomBytes(HASH_SIZE) };

  return {
    names: [...users.keys()],

    roleOf: (name) => users.get(name)?.role,

    async isPassword(name, password) {
      const { salt, hash } = users.get(name) ?? nobody;
      return timingSafeEqual(await hashOf(password, salt), hash) && users.has(name);
    },

    async changePassword(name, password) {
      const user = users.get(name);
      if (user === undefined) throw new Error("There is no such user.");
      const salt = randomBytes(16);
      users.set(name, { ...user, salt, hash: await hashOf(password, salt) });
    },
  };
}

/** Bytes. */
const HASH_SIZE = 32;

function demoUser(role: Role, salt: string, hash: string): User {
  return { role, salt: Buffer.from(salt, "base64url"), hash: Buffer.from(hash, "base64url") };
}

function hashOf(password: string, salt: Buffer): Promise<Buffer> {
  return promisify<string, Buffer, number, Buffer>(scrypt)(password, salt, HASH_SIZE);
}
