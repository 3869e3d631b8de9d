import { memoryStore } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { cloudflareKVStore, type KVNamespaceClient } from "../src/kv.ts";
import { expectWrongKeysRejected } from "./support/wrong-keys.ts";

const method = async (): Promise<never> => {
  throw new Error("nobody asks it anything");
};
const namespace: KVNamespaceClient = {
  get: method,
  getWithMetadata: method,
  put: method,
  delete: method,
  list: method,
};

describe("cloudflareKVStore", () => {
  it("refuses what is no KV namespace, and says what to write in wrangler.jsonc", () => {
    const { getWithMetadata: _, ...bucket } = namespace;
    for (const wrong of [undefined, null, "SESSIONS", {}, new Map(), memoryStore(), bucket]) {
      expect(() => cloudflareKVStore(wrong as unknown as KVNamespaceClient)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining('"kv_namespaces": [{') }),
      );
    }
  });

  it("refuses a service binding, which seems to have every method", () => {
    const service = new Proxy({}, { has: () => true, get: () => method }) as KVNamespaceClient;
    expect(() => cloudflareKVStore(service)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("refuses a prefix that KV could not keep", () => {
    expect(() => cloudflareKVStore(namespace, { prefix: "a/b" })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });

  it("SEC-04 asks KV for nothing but the hash of a session id", async () => {
    await expectWrongKeysRejected(cloudflareKVStore(namespace));
  });
});
