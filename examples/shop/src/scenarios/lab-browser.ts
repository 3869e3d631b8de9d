import { type Session, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import type { SessionStorage } from "../sessions/storages.ts";

/** A browser inside this process: it sends requests to a session manager and stores its cookie. */
export interface LabBrowser<Data extends object> {
  /** Sends a request. `handler` is what the server does with the session; its result is returned. */
  visit<Result>(handler: (session: Session<Data>) => Result | Promise<Result>): Promise<Result>;
  /** The most recent `Set-Cookie` header. */
  readonly setCookie: string | undefined;
  /** Another browser with the same cookie, as a thief would have it. */
  copy(): LabBrowser<Data>;
}

/** A manager with the visitor's storage, for a cookie that is never sent to the visitor. */
export function labManager<Data extends object>(
  { mode }: SessionStorage,
  options: Omit<SessionManagerOptions<Data>, "mode" | "cookie"> = {},
): SessionManager<Data> {
  return new SessionManager<Data>({ ...options, mode, cookie: { name: "__Host-lab" } });
}

/** @param cookie - the `Cookie` header of the first request */
export function labBrowser<Data extends object>(sessions: SessionManager<Data>, cookie = ""): LabBrowser<Data> {
  let cookieHeader = cookie;
  let setCookie: string | undefined;
  return {
    async visit<Result>(handler: (session: Session<Data>) => Result | Promise<Result>): Promise<Result> {
      const request = new Request("https://lab.example/", { headers: { Cookie: cookieHeader } });
      const results: Result[] = [];
      const response = await sessions.handle(request, async (pending) => {
        results.push(await handler(await pending));
        return new Response();
      });
      const [line] = response.headers.getSetCookie();
      if (line !== undefined) {
        setCookie = line;
        cookieHeader = line.includes("Max-Age=0") ? "" : line.slice(0, line.indexOf(";"));
      }
      return results[0] as Result;
    },
    get setCookie() {
      return setCookie;
    },
    copy: () => labBrowser(sessions, cookieHeader),
  };
}
