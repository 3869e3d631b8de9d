import type { PausePoint } from "@coatcheck/testing";
import type { SessionObjectNamespace } from "../../src/durable-object.ts";

/** A namespace that can pause its messages and records them. */
export interface PausableNamespace extends SessionObjectNamespace {
  /** The operations that were called, in order. */
  readonly calls: string[];
  /** Makes the next message of this operation wait before it is sent. */
  pauseNext(operation: string): PausePoint;
  /** Makes the next message of this operation fail before it is sent. */
  failNext(operation: string): void;
}

/** Wraps a real namespace with its real objects. */
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
