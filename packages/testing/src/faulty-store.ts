import type { SessionStore } from "@coatcheck/core";

/** An operation that can be made to fail. */
export type StoreOperation = "load" | "create" | "update" | "touch" | "delete";

/** A way to fail. */
export type Fault =
  /** The operation throws and has no effect. */
  | "throw-before"
  /** The operation takes effect and then throws, as when its answer is lost. */
  | "throw-after"
  /** The operation has no effect and never answers. */
  | "hang";

/** A call of a store operation that waits until the test resumes it. */
export interface PausePoint {
  /** Resolves when the operation is called. */
  readonly reached: Promise<void>;
  /** Lets the operation run. */
  resume(): void;
}

/** A store that fails, hangs and waits on demand, and counts calls. */
export interface FaultyStore extends SessionStore {
  /** The number of calls of each operation. */
  readonly calls: Record<StoreOperation, number>;
  /** Makes the next call of this operation fail. */
  failNext(operation: StoreOperation, fault: Fault): void;
  /** Makes the next call of this operation wait before it has any effect. */
  pauseNext(operation: StoreOperation): PausePoint;
  /** Sets the counts back to zero. */
  resetCalls(): void;
}

/** Wraps a store. Without a fault it behaves like the wrapped store. */
export function faultyStore<Store extends SessionStore>(store: Store): Store & FaultyStore {
  const calls = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };
  const plans: { operation: StoreOperation; act: Fault | (() => Promise<void>) }[] = [];

  async function run<Result>(operation: StoreOperation, call: () => Promise<Result>): Promise<Result> {
    calls[operation] += 1;
    const index = plans.findIndex((plan) => plan.operation === operation);
    const act = index === -1 ? undefined : plans.splice(index, 1)[0]?.act;
    if (act === "hang") return new Promise(() => {});
    if (act === "throw-before") throw new Error(`${operation}: connection refused`);
    if (typeof act === "function") await act();
    const result = await call();
    if (act === "throw-after") throw new Error(`${operation}: connection lost`);
    return result;
  }

  return {
    ...store,
    calls,
    load: (key) => run("load", () => store.load(key)),
    create: (key, session) => run("create", () => store.create(key, session)),
    update: (key, session, version) => run("update", () => store.update(key, session, version)),
    touch: (key, expiresAt) => run("touch", () => store.touch(key, expiresAt)),
    delete: (key, version) => run("delete", () => store.delete(key, version)),
    failNext: (operation, fault) => {
      plans.push({ operation, act: fault });
    },
    pauseNext: (operation) => {
      let reach = () => {};
      let resume = () => {};
      const reached = new Promise<void>((resolve) => {
        reach = resolve;
      });
      const resumed = new Promise<void>((resolve) => {
        resume = resolve;
      });
      plans.push({
        operation,
        act: () => {
          reach();
          return resumed;
        },
      });
      return { reached, resume };
    },
    resetCalls: () => {
      for (const operation of Object.keys(calls) as StoreOperation[]) calls[operation] = 0;
    },
  };
}
