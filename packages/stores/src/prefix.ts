import { assertArgument } from "./assert-argument.ts";

/** Options of stores that keep sessions beside other things of the user's. */
export interface PrefixOptions {
  /**
   * Put before each key. Letters, digits and `_ . : -`, 64 at most.
   * @default "session:"
   */
  readonly prefix?: string;
}

/** @throws `INVALID_OPTION` when the prefix holds characters that an engine or a driver gives a meaning to. */
export function toPrefix(storeName: string, options: PrefixOptions): string {
  assertArgument(typeof options === "object" && options !== null, `${storeName}: options must be an object`);
  const { prefix = "session:" } = options;
  assertArgument(
    typeof prefix === "string" && /^[\w.:-]{0,64}$/.test(prefix),
    `${storeName}: prefix takes letters, digits and _ . : - only, 64 at most`,
  );
  return prefix;
}
