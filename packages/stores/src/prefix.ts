import { assertArgument } from "./assert-argument.ts";

/** Options of stores that share their engine with other data. */
export interface PrefixOptions {
  /**
   * Prefix of every key. At most 64 letters, digits and `_ . : -`.
   * @default "session:"
   */
  readonly prefix?: string;
}

/** @throws `INVALID_OPTION` when the prefix has a character that means something to an engine or a driver */
export function toPrefix(storeName: string, options: PrefixOptions): string {
  assertArgument(typeof options === "object" && options !== null, `${storeName}: options must be an object`);
  const { prefix = "session:" } = options;
  assertArgument(
    typeof prefix === "string" && /^[\w.:-]{0,64}$/.test(prefix),
    `${storeName}: prefix must be a string of at most 64 letters, digits and _ . : -`,
  );
  return prefix;
}
