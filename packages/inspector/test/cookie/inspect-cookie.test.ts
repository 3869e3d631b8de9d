import {
  memoryStore,
  type SessionEvent,
  SessionManager,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { inspectCookie } from "@coatcheck/inspector/inspect-cookie";
import { cookieValueOf, secret } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const NAME = "__Host-session";

/** The values of the cookies of a session with this text, the first chunk first. */
async function issue(mode: SessionMode, text: string): Promise<readonly string[]> {
  const sessions = new SessionManager({ mode });
  const response = await sessions.handle(new Request("https://localhost/"), async (pending) => {
    (await pending).set("text", text);
    return new Response();
  });
  return response.headers.getSetCookie().map(cookieValueOf);
}

/** A request with these cookies: the first is the session cookie, the others are its chunks 1, 2 and so on. */
function requestWithChunks(values: readonly (string | undefined)[]): Request {
  const pairs = values.flatMap((value, index) => {
    const name = index === 0 ? NAME : `${NAME}.${index}`;
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return new Request("https://localhost/", { headers: { Cookie: pairs.join("; ") } });
}

describe("inspectCookie", () => {
  it("returns the session of an accepted cookie, with its content", async () => {
    const mode = serverSide(memoryStore());
    const request = requestWithChunks(await issue(mode, "hello"));
    expect(await inspectCookie({ mode }, request)).toMatchObject({
      verdict: { type: "accepted" },
      receivedCookies: [{ name: NAME }],
      decoded: { form: "id" },
      loaded: { needsReissue: false, session: { version: 1 } },
      content: { data: { text: "hello" } },
      canRevoke: true,
    });
  });

  it("says that there is no cookie", async () => {
    const inspection = await inspectCookie({ mode: serverSide(memoryStore()) }, requestWithChunks([]));
    expect(inspection).toMatchObject({ verdict: { type: "no-cookie" }, receivedCookies: [], value: "" });
    expect([inspection.decoded, inspection.loaded, inspection.id]).toEqual([undefined, undefined, undefined]);
  });

  it("returns the error of a failing store instead of throwing it", async () => {
    const store = faultyStore(memoryStore());
    const mode = serverSide(store);
    const request = requestWithChunks(await issue(mode, "hello"));
    store.failNext("load", "throw-before");
    const { verdict } = await inspectCookie({ mode }, request);
    expect(verdict).toMatchObject({ type: "failed", error: { code: "STORE_FAILED" } });
  });

  it("does not call the manager's onEvent", async () => {
    const events: SessionEvent[] = [];
    const options = { mode: serverSide(memoryStore()), onEvent: (event: SessionEvent) => events.push(event) };
    const { verdict } = await inspectCookie(options, requestWithChunks(["made-up"]));
    expect(verdict).toEqual({ type: "rejected", reason: "malformed" });
    expect(events).toEqual([]);
  });

  it("joins a value that was spread over several cookies, and ignores a chunk left over from a longer value", async () => {
    const mode = signedCookie({ secrets: secret(), chunks: 3 });
    const values = await issue(mode, "x".repeat(5000));
    expect(values).toHaveLength(2);
    const inspection = await inspectCookie({ mode }, requestWithChunks(values));
    expect(inspection).toMatchObject({ verdict: { type: "accepted" }, decoded: { form: "signed" } });
    const withLeftover = await inspectCookie({ mode }, requestWithChunks([...values, "left over"]));
    expect(withLeftover.verdict).toEqual({ type: "accepted" });
    expect(withLeftover.value === inspection.value).toBe(true);
  });

  it("ignores chunks beside a value that fits into one cookie", async () => {
    const mode = signedCookie({ secrets: secret(), chunks: 2 });
    expect((await inspectCookie({ mode }, requestWithChunks(["abc"]))).value).toBe("abc");
    expect((await inspectCookie({ mode }, requestWithChunks(["abc", "def"]))).value).toBe("abc");
    expect((await inspectCookie({ mode }, requestWithChunks([undefined, "def"]))).value).toBe("");
  });

  it("decodes nothing if a chunk is missing", async () => {
    const mode = signedCookie({ secrets: secret(), chunks: 3 });
    const [first] = await issue(mode, "x".repeat(5000));
    const inspection = await inspectCookie({ mode }, requestWithChunks([first]));
    expect(inspection.verdict).toEqual({ type: "rejected", reason: "malformed" });
    expect(inspection.decoded).toEqual({ form: "unknown" });
  });
});
