import { type Session, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import type { OpenKind } from "../sessions/storages.ts";

/** A browser inside this process: it sends requests to a manager, and keeps its cookie. */
export interface LabBrowser<Data extends object> {
  /** Sends a request; `use` is what the server does with the session of it. */
  visit<Result>(use: (session: Session<Data>) => Result | Promise<Result>): Promise<Result>;
  /** The `Set-Cookie` that came last. */
  readonly setCookie: string | undefined;
  /** Another browser with the same cookie: what a thief has. */
  copy(): LabBrowser<Data>;
}

/** A manager that keeps sessions as the visitor's kind does, in a cookie that no browser has. */
export function labManager<Data extends object>(
  { mode }: OpenKind,
  options: Omit<SessionManagerOptions<Data>, "mode" | "cookie"> = {},
): SessionManager<Data> {
  return new SessionManager<Data>({ ...options, mode, cookie: { name: "__Host-lab" } });
}

/** @param cookie - the `Cookie` header of its first request */
export function labBrowser<Data extends object>(sessions: SessionManager<Data>, cookie = ""): LabBrowser<Data> {
  let header = cookie;
  let setCookie: string | undefined;
  return {
    async visit<Result>(use: (session: Session<Data>) => Result | Promise<Result>): Promise<Result> {
      const request = new Request("https://lab.example/", { headers: { Cookie: header } });
      const results: Result[] = [];
      const response = await sessions.handle(request, async (pending) => {
        results.push(await use(await pending));
        return new Response();
      });
      const [line] = response.headers.getSetCookie();
      if (line !== undefined) {
        setCookie = line;
        header = line.includes("Max-Age=0") ? "" : line.slice(0, line.indexOf(";"));
      }
      return results[0] as Result;
    },
    get setCookie() {
      return setCookie;
    },
    copy: () => labBrowser(sessions, header),
  };
}
