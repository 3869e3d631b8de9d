import { MAX_COOKIE_BYTES } from "./session-size.ts";

/** How a token is spread over several cookies. */
export interface Chunking {
  /** All cookie names that may be used. The first one is the cookie's own. */
  readonly names: readonly string[];
  /** The token that {@link split} took apart, or `undefined` when a part is missing. */
  join(parts: readonly (string | undefined)[]): string | undefined;
  /** The parts in the order of the names, or `undefined` when they would be too many. */
  split(token: string): readonly string[] | undefined;
}

/** What a first part begins with: the number of parts and a `~`. */
const HEAD = /^([2-9])~(.*)$/s;

/**
 * Spreads a token over the cookies `name`, `name.1`, `name.2` and so on. A token that fits into one cookie is left as it
 * is. Otherwise the first part begins with the number of parts, as in `3~`, so that a part left over from an earlier,
 * longer token is never read as part of this one. Parts of two tokens, mixed by parallel responses, fail the seal.
 *
 * @param count - how many cookies may be used, 1 to 4
 */
export function chunkingOver(name: string, count: number): Chunking {
  const names = Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}.${index}`));
  return {
    names,

    join([first = "", ...others]) {
      const head = HEAD.exec(first);
      if (head === null) return first;
      const [, total, start = ""] = head;
      const missing = Number(total) - 1;
      const rest = others.slice(0, missing).filter(Boolean);
      return rest.length === missing ? start + rest.join("") : undefined;
    },

    split(token) {
      if (name.length + token.length <= MAX_COOKIE_BYTES) return [token];
      const parts: string[] = [];
      let rest = token;
      for (const [index, partName] of names.entries()) {
        if (rest === "") break;
        const headLength = index === 0 ? "2~".length : 0;
        const room = MAX_COOKIE_BYTES - partName.length - headLength;
        parts.push(rest.slice(0, room));
        rest = rest.slice(room);
      }
      if (rest !== "") return undefined;
      const [start = "", ...others] = parts;
      return [`${parts.length}~${start}`, ...others];
    },
  };
}
