import { InvalidOptionError, type PendingSession, type SessionManager } from "@coatcheck/core";

/** What a worker is given beside the request and its bindings: Cloudflare's `ExecutionContext`. */
export interface WorkerContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
}

type Manager<Data extends object, Flash extends object> = SessionManager<Data, Flash>;

/** More managers than this for one set of bindings, and somebody makes one for each request, deriving keys each time. */
const MAX_MANAGERS = 16;
const made = new WeakMap<object, number>();
/** Of a test that calls `fetch` with a request alone. */
const NO_BINDINGS = {} as never;

/**
 * A worker with sessions: `export default withSessions(…)`. The session is committed, and the store has confirmed it,
 * before the response leaves; nothing is left to `waitUntil`.
 *
 * @param source - makes the manager from the bindings, once for each isolate; or a manager, where the bindings come from
 *   `import { env } from "cloudflare:workers"`
 * @throws `INVALID_OPTION`; its `fetch` also for what `source` looks for in the bindings and does not find
 */
export function withSessions<D extends object, F extends object, Env extends object = object, Context = WorkerContext>(
  source: Manager<D, F> | ((env: Env) => Manager<D, F>),
  handler: (
    ...args: [request: Request, session: PendingSession<D, F>, env: Env, context: Context, sessions: Manager<D, F>]
  ) => Response | Promise<Response>,
): { fetch(request: Request, env: Env, context: Context): Promise<Response> } {
  if (typeof handler !== "function" || (typeof source !== "function" && typeof source?.handle !== "function")) {
    throw new InvalidOptionError("Write: export default withSessions((env) => new SessionManager(…), handler).");
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

/** Runs `source`; when it fails, names what it looked for in vain. */
function create<Env extends object, Made extends { handle: unknown }>(source: (env: Env) => Made, env: Env): Made {
  const missing = new Set<string>();
  function get(target: Env, name: string | symbol): unknown {
    const value: unknown = Reflect.get(target, name);
    if (value === undefined && typeof name === "string" && name !== "toJSON") missing.add(`env.${name}`);
    return value;
  }
  try {
    const manager = source(new Proxy(env, { get }));
    if (typeof manager?.handle !== "function") throw new InvalidOptionError("Return a SessionManager, and no promise.");
    const count = (made.get(env) ?? 0) + 1;
    made.set(env, count);
    if (count > MAX_MANAGERS) throw new InvalidOptionError("Call withSessions once, not for each request.");
    return manager;
  } catch (cause) {
    if (missing.size === 0) throw cause;
    const advice = `${[...missing].join(", ")} was not there: add it to wrangler.jsonc, or a secret by "npx wrangler secret put".`;
    throw new InvalidOptionError(`${advice} ${(cause as Partial<Error> | null)?.message}`, { cause });
  }
}
