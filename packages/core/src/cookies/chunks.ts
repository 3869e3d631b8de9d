import { MAX_COOKIE_BYTES } from "./session-size.ts";

/** How a token is spread over several cookies. */
export interface Chunking {
  /** All names that may be used, the cookie's own first. */
  readonly names: readonly string[];
  /** Puts together what {@link split} made; `undefined` when a part is missing. */
  join(parts: readonly (string | undefined)[]): string | undefined;
  /** The parts in the order of the names; `undefined` when they are too many. */
  split(token: string): readonly string[] | undefined;
}

/**
 * Spreads a token over `name`, `name.1`, `name.2` … The first part begins with their number, `3~`, so that a part left
 * over from an earlier, longer token is never read as one of this. Parts of two tokens, mixed by parallel responses,
 * fail the seal. What fits into one cookie is left as it is.
 */
export function chunkingOver(name: string, count: number): Chunking {
  const names = Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}.${index}`));
  return {
    names,

    join([head = "", ...others]) {
      if (!/^[2-9]~/.test(head)) return head;
      const count = Number(head[0]) - 1;
      const rest = others.slice(0, count).filter(Boolean);
      return rest.length === count ? head.slice(2) + rest.join("") : undefined;
    },

    split(token) {
      if (name.length + token.length <= MAX_COOKIE_BYTES) return [token];
      const parts: string[] = [];
      let rest = `~${token}`;
      for (const part of names) {
        if (rest === "") break;
        const room = MAX_COOKIE_BYTES - part.length - (part === name ? 1 : 0);
        parts.push(rest.slice(0, room));
        rest = rest.slice(room);
      }
      return rest === "" ? parts.map((part, index) => (index === 0 ? parts.length + part : part)) : undefined;
    },
  };
}
