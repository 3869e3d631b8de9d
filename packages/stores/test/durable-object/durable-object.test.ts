import { memoryStore } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { durableObjectStore, type SessionObjectNamespace } from "../../src/durable-object.ts";
import { storeKey } from "../support/sessions.ts";
import { expectWrongKeysRejected } from "../support/wrong-keys.ts";

const KEY = storeKey("a");

/** A namespace whose objects all give the same answer, as when the binding names another class. */
function answering(answer: () => Response | Promise<Response>): SessionObjectNamespace {
  const id = (name: string) => ({ toString: () => name });
  return { idFromName: id, idFromString: id, get: () => ({ fetch: async () => answer() }) };
}

describe("durableObjectStore", () => {
  it("rejects anything but a Durable Object namespace and shows the lines for wrangler.jsonc", () => {
    for (const wrong of [undefined, null, "SESSION_OBJECTS", {}, new Map(), memoryStore(), { get: () => {} }]) {
      expect(() => durableObjectStore(wrong as unknown as SessionObjectNamespace)).toThrow(
        expect.objectContaining({
          code: "INVALID_OPTION",
          message: expect.stringMatching(/"class_name": "SessionObject".*"new_sqlite_classes": \["SessionObject"\]/),
        }),
      );
    }
  });

  it("rejects a service binding, which pretends to have every method", () => {
    const service = new Proxy({}, { has: () => true, get: () => () => {} }) as SessionObjectNamespace;
    expect(() => durableObjectStore(service)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("rejects a prefix that could be the name of an index", () => {
    const namespace = answering(() => Response.json({ answer: null }));
    expect(() => durableObjectStore(namespace, { prefix: "session:/subject/" })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });

  it("SEC-04 rejects invalid store keys before it calls an object", async () => {
    const namespace = answering(() => {
      throw new Error("an object was called");
    });
    await expectWrongKeysRejected(durableObjectStore(namespace));
  });

  it("SEC-41 SEC-42 rejects with the status of an error answer, but not with its text", async () => {
    const store = durableObjectStore(answering(() => new Response("canary", { status: 503 })));
    const failure = await store.load(KEY).catch((error: unknown) => error);
    expect(String(failure)).toBe("Error: The Durable Object answered load with status 503.");
  });

  it("SEC-42 rejects when another class answers", async () => {
    for (const text of ["", "Hello World!", "null", '"ok"', "{}", "[]"]) {
      const store = durableObjectStore(answering(() => new Response(text)));
      await expect(store.load(KEY), text).rejects.toThrow("check class_name");
      await expect(store.delete(KEY), text).rejects.toThrow("check class_name");
      await expect(store.deleteBySubject("eve"), text).rejects.toThrow("check class_name");
    }
  });

  it("SEC-42 rejects with the error of an object that is overloaded or unreachable", async () => {
    const overloaded = Object.assign(new Error("Durable Object is overloaded."), { overloaded: true });
    const store = durableObjectStore(answering(() => Promise.reject(overloaded)));
    await expect(store.load(KEY)).rejects.toBe(overloaded);
  });
});
