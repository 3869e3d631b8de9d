import { InvalidOptionError, memoryStore } from "@coatcheck/core";
import type { Store } from "./mistakes/mistake.ts";

/** A store that refuses what is no store key, as those must in whose engine a text can name another place. */
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

/** A method that looks at its key, and rejects. */
function checked<Rest extends unknown[], Answer>(
  method: (key: string, ...rest: Rest) => Promise<Answer>,
): (key: string, ...rest: Rest) => Promise<Answer> {
  return async (key, ...rest) => {
    if (!/^[\w-]{43}$/.test(key)) throw new InvalidOptionError("A key is 43 characters of base64url.");
    return method(key, ...rest);
  };
}
