import { MAX_COOKIE_BYTES } from "./cookie-options.ts";
import type { Chunking } from "./keeper.ts";

/**
 * Spreads a ticket over `name`, `name.1`, `name.2` … The first part begins with their number, `3~`, so that a part left
 * over from an earlier, longer ticket is never read as one of this. Parts of two tickets, mixed by parallel responses,
 * fail the seal.
 *
 * @param count - 2 or more
 */
export function chunkingOver(name: string, count: number): Chunking {
  const names = Array.from({ length: count }, (_, index) => (index === 0 ? name : `${name}.${index}`));
  return {
    names,

    join(head, others) {
      if (!/^[2-9]~/.test(head)) return head;
      const rest = others.slice(0, Number(head[0]) - 1);
      const isComplete = rest.length === Number(head[0]) - 1 && rest.every(Boolean);
      return isComplete ? head.slice(2) + rest.join("") : undefined;
    },

    split(ticket) {
      const parts = new Map<string, string>();
      let rest = ticket;
      for (const part of names) {
        if (rest === "") break;
        const room = MAX_COOKIE_BYTES - part.length - (part === name ? 2 : 0);
        parts.set(part, rest.slice(0, room));
        rest = rest.slice(room);
      }
      return rest === "" ? parts.set(name, `${parts.size}~${parts.get(name)}`) : undefined;
    },
  };
}
