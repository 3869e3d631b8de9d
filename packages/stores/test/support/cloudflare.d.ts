/** As much as the tests use of the modules that workerd and its test runner have. The real types clash with `lib`. */
declare module "cloudflare:workers" {
  /** What `vitest.workspace.ts` binds. */
  interface Env {
    readonly SESSIONS: import("../../src/kv.ts").KVNamespaceClient & {
      list<Metadata>(options: { prefix: string; limit?: number }): Promise<{
        readonly keys: { readonly name: string; readonly expiration: number; readonly metadata: Metadata }[];
      }>;
    };
    readonly DB: import("kysely-d1").D1DialectConfig["database"];
    readonly SESSION_OBJECTS: import("../../src/durable-object.ts").SessionObjectNamespace;
  }
  export const env: Env;
}

declare module "cloudflare:test" {
  interface State {
    readonly storage: import("../../src/durable-object.ts").SessionObjectState["storage"] & {
      getAlarm(): Promise<number | null>;
      readonly sql: { exec(query: string): Iterable<Record<string, unknown>> };
    };
  }
  /** Runs a function where the object runs, with its storage at hand. */
  export function runInDurableObject<Result>(
    stub: import("../../src/durable-object.ts").ObjectStub,
    callback: (instance: unknown, state: State) => Result | Promise<Result>,
  ): Promise<Result>;
  /** Runs the alarm now, if there is one, due or not. */
  export function runDurableObjectAlarm(stub: import("../../src/durable-object.ts").ObjectStub): Promise<boolean>;
}
