import { scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

/**
 * Whether this is the demo user, Eve / secure123. The hash is computed for unknown names too: an answer that comes
 * sooner for them would tell which names exist.
 */
export async function isUser(username: string, password: string): Promise<boolean> {
  const hash = await hashOf(password);
  return timingSafeEqual(hash, eve.hash) && username === eve.name;
}

/** The demo user. A shop with more users has them in a database, each with a salt of their own. */
const eve = {
  name: "Eve",
  salt: Buffer.from("E4mS7DdcnmAS4K_hHjFeJg", "base64url"),
  hash: Buffer.from("7mh1N-TeV1ceT2RTvVLgW6Ybyo8XM18s72GAC5jGoC4", "base64url"),
};

function hashOf(password: string): Promise<Buffer> {
  return promisify<string, Buffer, number, Buffer>(scrypt)(password, eve.salt, eve.hash.length);
}
