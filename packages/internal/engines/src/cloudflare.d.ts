/** The part of the modules of workerd and its test runner that tests use. The real types conflict with `lib`. */
declare module "cloudflare:workers" {
  /** The bindings in `vitest.workspace.ts`. */
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
  /** Runs a function inside the object, with access to its storage. */
  export function runInDurableObject<Result>(
    stub: import("@coatcheck/stores/durable-object").ObjectStub,
    callback: (instance: unknown, state: State) => Result | Promise<Result>,
  ): Promise<Result>;
  /** Runs the alarm now, if one is set, even before it is due. */
  export function runDurableObjectAlarm(stub: import("@coatcheck/stores/durable-object").ObjectStub): Promise<boolean>;
}
