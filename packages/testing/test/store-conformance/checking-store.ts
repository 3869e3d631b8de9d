import { InvalidOptionError, memoryStore } from "@coatcheck/core";
import type { Store } from "./mistakes/mistake.ts";

/** A store that rejects invalid keys, as stores must when a key could address something else in their engine. */
export function checkingStore(): Store {
  const store = memoryStore();
  return {
    ...store,
    load: checked(store.load),
    create: checked(store.create),
    update: checked(store.update),
    touch: checked(store.touch),
    delete: checked(store.delete),
  };
}

function checked<Rest extends unknown[], Answer>(
  method: (key: string, ...rest: Rest) => Promise<Answer>,
): (key: string, ...rest: Rest) => Promise<Answer> {
  return async (key, ...rest) => {
    if (!/^[\w-]{43}$/.test(key)) throw new InvalidOptionError("A key must be 43 characters of base64url.");
    return method(key, ...rest);
  };
}
