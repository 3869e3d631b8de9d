import { InvalidOptionError, type PendingSession, type SessionManager } from "@coatcheck/core";

/** Cloudflare's `ExecutionContext`, the third argument of a worker's `fetch`. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
}

type Manager<Data extends object, Flash extends object> = SessionManager<Data, Flash>;

/** More managers for one set of bindings mean that `withSessions` is called per request, which is slow. */
const MAX_MANAGERS = 16;
const managerCounts = new WeakMap<object, number>();
/** For a test that calls `fetch` with a request only. */
const NO_BINDINGS = {} as never;

/**
 * A worker with sessions: `export default withSessions(…)`. The response is sent after the session has been committed
 * and the store has confirmed it; nothing is left to `waitUntil`.
 *
 * @param source - creates the manager from the bindings, once per isolate; or a manager, if the bindings come from
 *   `import { env } from "cloudflare:workers"`
 * @throws `INVALID_OPTION`; its `fetch` also when `source` reads a binding that does not exist
 */
export function withSessions<D extends object, F extends object, Env extends object = object, Context = WorkerContext>(
  source: Manager<D, F> | ((env: Env) => Manager<D, F>),
  handler: (
    ...args: [request: Request, session: PendingSession<D, F>, env: Env, context: Context, sessions: Manager<D, F>]
  ) => Response | Promise<Response>,
): { fetch(request: Request, env: Env, context: Context): Promise<Response> } {
  if (typeof handler !== "function" || (typeof source !== "function" && typeof source?.handle !== "function")) {
    throw new InvalidOptionError("withSessions takes a manager and a handler: withSessions((env) => …, handler)");
  }
  const managers = new WeakMap<object, Manager<D, F>>();
  function managerOf(env: Env): Manager<D, F> {
    if (typeof source !== "function") return source;
    const manager = managers.get(env) ?? create(source, env);
    managers.set(env, manager);
    return manager;
  }
  return {
    async fetch(request, env, context) {
      const sessions = managerOf(env ?? NO_BINDINGS);
      return sessions.handle(request, (pending) => handler(request, pending, env, context, sessions));
    },
  };
}

/** Calls `source`. If that fails, the error names the bindings that `source` has read and that do not exist. */
function create<Env extends object, Made extends { handle: unknown }>(source: (env: Env) => Made, env: Env): Made {
  const missing = new Set<string>();
  function get(target: Env, name: string | symbol): unknown {
    const value: unknown = Reflect.get(target, name);
    if (value === undefined && typeof name === "string" && name !== "toJSON") missing.add(`env.${name}`);
    return value;
  }
  try {
    const manager = source(new Proxy(env, { get }));
    if (typeof manager?.handle !== "function") throw new InvalidOptionError("source must return a SessionManager.");
    const count = (managerCounts.get(env) ?? 0) + 1;
    managerCounts.set(env, count);
    if (count > MAX_MANAGERS) throw new InvalidOptionError("Call withSessions once, not for each request.");
    return manager;
  } catch (cause) {
    if (missing.size === 0) throw cause;
    const advice = `${[...missing].join(", ")} is undefined: add a binding to wrangler.jsonc, or a secret with "npx wrangler secret put".`;
    throw new InvalidOptionError(`${advice} ${(cause as Partial<Error> | null)?.message}`, { cause });
  }
}
