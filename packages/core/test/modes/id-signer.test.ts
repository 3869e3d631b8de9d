import { memoryStore, SessionManager, serverSide } from "@coatcheck/core";
import { cookieValueOf, requestWith, secret, visitor } from "@coatcheck/test-support";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

const NO_CALLS = { load: 0, create: 0, update: 0, touch: 0, delete: 0 };

/** The cookie value of a new session. */
async function newCookieValue(sessions: SessionManager): Promise<string> {
  const { visit } = visitor(sessions);
  return cookieValueOf((await visit((session) => session.set("a", 1))).cookies[0]);
}

/** A text of the form of an id or a signature. */
function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

describe("a signed session id", () => {
  it("SEC-04 SEC-13 reaches no store unless the signature is valid for this secret and cookie name", async () => {
    const store = faultyStore(memoryStore());
    const secrets = secret();
    const sessions = new SessionManager({ mode: serverSide(store, { secrets }) });
    const valid = await newCookieValue(sessions);
    const second = await newCookieValue(sessions);
    const [id = "", kid = "", signature = ""] = valid.split(".");
    const [secondId = "", , secondSignature = ""] = second.split(".");
    const foreign = await newCookieValue(new SessionManager({ mode: serverSide(store, { secrets: secret() }) }));
    const ofOtherName = await newCookieValue(
      new SessionManager({ mode: serverSide(store, { secrets }), cookie: { name: "__Host-other" } }),
    );
    const unsigned = await newCookieValue(new SessionManager({ mode: serverSide(store) }));
    const forgeries: Record<string, string> = {
      "of another secret": foreign,
      "of another secret, with this key id": foreign.replace(/\..{8}\./, `.${kid}.`),
      "of another cookie name": ofOtherName,
      "not signed": unsigned,
      "not signed, unknown": randomToken(),
      "an unknown id with a valid signature": `${randomToken()}.${kid}.${signature}`,
      "the id of another session with a valid signature": `${secondId}.${kid}.${signature}`,
      "the signature of another session": `${id}.${kid}.${secondSignature}`,
      "a random signature": `${id}.${kid}.${randomToken()}`,
      "a signature of zeros": `${id}.${kid}.${"A".repeat(43)}`,
      "an empty signature": `${id}.${kid}.`,
      "an empty key id": `${id}..${signature}`,
      "no key id": `${id}.${signature}`,
      "the signature twice": `${valid}.${signature}`,
      "parts in another order": `${signature}.${kid}.${id}`,
      "__proto_ as the key id": `${id}.__proto_.${signature}`,
      padding: `${valid}=`,
      "a key id in upper case": `${id}.${kid.toUpperCase()}~.${signature}`,
    };
    store.resetCalls();
    const outcomes: string[] = [];
    for (const [title, value] of Object.entries(forgeries)) {
      const response = await sessions.handle(requestWith(`__Host-session=${value}`), async (pending) => {
        const session = await pending;
        return new Response(session.isNew && session.size === 0 ? "new" : "known");
      });
      const outcome = `${await response.text()}, ${response.headers.getSetCookie().length} cookies`;
      if (outcome !== "new, 0 cookies") outcomes.push(`${title}: ${outcome}`);
    }
    expect(outcomes).toEqual([]);
    expect(store.calls).toEqual(NO_CALLS);

    expect((await sessions.open(requestWith(`__Host-session=${valid}`))).isNew).toBe(false);
    expect(store.calls).toEqual({ ...NO_CALLS, load: 1 });
  });
});
