import { memoryStore } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { durableObjectStore, type SessionObjectNamespace } from "../../src/durable-object.ts";
import { storeKey } from "../support/sessions.ts";
import { expectWrongKeysRejected } from "../support/wrong-keys.ts";

const KEY = storeKey("a");

/** A namespace whose objects all answer the same, as they do when the binding names some other class. */
function answering(answer: () => Response | Promise<Response>): SessionObjectNamespace {
  const id = (name: string) => ({ toString: () => name });
  return { idFromName: id, idFromString: id, get: () => ({ fetch: async () => answer() }) };
}

describe("durableObjectStore", () => {
  it("refuses what is no Durable Object namespace, and says what to write in wrangler.jsonc", () => {
    for (const wrong of [undefined, null, "SESSION_OBJECTS", {}, new Map(), memoryStore(), { get: () => {} }]) {
      expect(() => durableObjectStore(wrong as unknown as SessionObjectNamespace)).toThrow(
        expect.objectContaining({
          code: "INVALID_OPTION",
          message: expect.stringMatching(/"class_name": "SessionObject".*"new_sqlite_classes": \["SessionObject"\]/),
        }),
      );
    }
  });

  it("refuses a service binding, which seems to have every method", () => {
    const service = new Proxy({}, { has: () => true, get: () => () => {} }) as SessionObjectNamespace;
    expect(() => durableObjectStore(service)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("refuses a prefix that could reach the index", () => {
    const namespace = answering(() => Response.json({ answer: null }));
    expect(() => durableObjectStore(namespace, { prefix: "session:/subject/" })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });

  it("SEC-04 asks for no object but those named by the hash of a session id", async () => {
    const namespace = answering(() => {
      throw new Error("asked");
    });
    await expectWrongKeysRejected(durableObjectStore(namespace));
  });

  it("SEC-41 SEC-42 fails when the object answers with an error, and does not repeat what it said", async () => {
    const store = durableObjectStore(answering(() => new Response("canary", { status: 503 })));
    const failure = await store.load(KEY).catch((error: unknown) => error);
    expect(String(failure)).toBe("Error: The Durable Object answered load with status 503.");
  });

  it("SEC-42 fails when some other class answers", async () => {
    for (const text of ["", "Hello World!", "null", '"ok"', "{}", "[]"]) {
      const store = durableObjectStore(answering(() => new Response(text)));
      await expect(store.load(KEY), text).rejects.toThrow("check class_name");
      await expect(store.delete(KEY), text).rejects.toThrow("check class_name");
      await expect(store.deleteBySubject("eve"), text).rejects.toThrow("check class_name");
    }
  });

  it("SEC-42 fails with the error of an object that is overloaded or out of reach", async () => {
    const overloaded = Object.assign(new Error("Durable Object is overloaded."), { overloaded: true });
    const store = durableObjectStore(answering(() => Promise.reject(overloaded)));
    await expect(store.load(KEY)).rejects.toBe(overloaded);
  });
});
