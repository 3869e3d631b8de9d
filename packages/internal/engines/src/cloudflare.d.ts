/** As much as the tests use of the modules that workerd and its test runner have. The real types clash with `lib`. */
declare module "cloudflare:workers" {
  /** What `vitest.workspace.ts` binds. */
  interface Env {
    readonly SESSIONS: import("@coatcheck/stores/kv").KVNamespaceClient & {
      list<Metadata>(options: { prefix: string; limit?: number }): Promise<{
        readonly keys: { readonly name: string; readonly expiration: number; readonly metadata: Metadata }[];
      }>;
    };
    readonly DB: import("kysely-d1").D1DialectConfig["database"];
    readonly SESSION_OBJECTS: import("@coatcheck/stores/durable-object").SessionObjectNamespace;
  }
  export const env: Env;
}

declare module "cloudflare:test" {
  interface State {
    readonly storage: import("@coatcheck/stores/durable-object").SessionObjectState["storage"] & {
      getAlarm(): Promise<number | null>;
      readonly sql: { exec(query: string): Iterable<Record<string, unknown>> };
    };
  }
  /** Runs a function where the object runs, with its storage at hand. */
  export function runInDurableObject<Result>(
    stub: import("@coatcheck/stores/durable-object").ObjectStub,
    callback: (instance: unknown, state: State) => Result | Promise<Result>,
  ): Promise<Result>;
  /** Runs the alarm now, if there is one, due or not. */
  export function runDurableObjectAlarm(stub: import("@coatcheck/stores/durable-object").ObjectStub): Promise<boolean>;
}
