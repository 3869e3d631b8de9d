import type { PausePoint } from "@coatcheck/testing";
import type { SessionObjectNamespace } from "../../src/durable-object.ts";

/** A namespace whose messages can be held up on their way, and are counted. */
export interface PausableNamespace extends SessionObjectNamespace {
  /** The operations that were asked for, in order. */
  readonly calls: string[];
  /** Makes the next message of that operation wait before it leaves. */
  pauseNext(operation: string): PausePoint;
  /** Makes the next message of that operation fail before it leaves. */
  failNext(operation: string): void;
}

/** Wraps the real namespace: the objects behind it are the real ones. */
export function pausable(namespace: SessionObjectNamespace): PausableNamespace {
  const calls: string[] = [];
  const plans: { operation: string; act: () => Promise<void> }[] = [];
  return {
    calls,
    idFromName: (name) => namespace.idFromName(name),
    idFromString: (id) => namespace.idFromString(id),
    get(id) {
      const stub = namespace.get(id);
      return {
        async fetch(url, init) {
          const { operation } = JSON.parse(init.body);
          calls.push(operation);
          const index = plans.findIndex((plan) => plan.operation === operation);
          if (index !== -1) await plans.splice(index, 1)[0]?.act();
          return stub.fetch(url, init);
        },
      };
    },
    pauseNext(operation) {
      const reached = Promise.withResolvers<void>();
      const resumed = Promise.withResolvers<void>();
      plans.push({
        operation,
        act: () => {
          reached.resolve();
          return resumed.promise;
        },
      });
      return { reached: reached.promise, resume: resumed.resolve };
    },
    failNext(operation) {
      plans.push({ operation, act: () => Promise.reject(new Error("Network connection lost.")) });
    },
  };
}
