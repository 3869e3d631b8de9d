import { memoryStore } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { cloudflareKVStore, type KVNamespaceClient } from "../src/kv.ts";
import { expectWrongKeysRejected } from "./support/wrong-keys.ts";

const method = async (): Promise<never> => {
  throw new Error("KV was called");
};
const namespace: KVNamespaceClient = {
  get: method,
  getWithMetadata: method,
  put: method,
  delete: method,
  list: method,
};

describe("cloudflareKVStore", () => {
  it("rejects anything but a KV namespace and shows the line for wrangler.jsonc", () => {
    const { getWithMetadata: _, ...bucket } = namespace;
    for (const wrong of [undefined, null, "SESSIONS", {}, new Map(), memoryStore(), bucket]) {
      expect(() => cloudflareKVStore(wrong as unknown as KVNamespaceClient)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining('"kv_namespaces": [{') }),
      );
    }
  });

  it("rejects a service binding, which pretends to have every method", () => {
    const service = new Proxy({}, { has: () => true, get: () => method }) as KVNamespaceClient;
    expect(() => cloudflareKVStore(service)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });

  it("rejects an invalid prefix", () => {
    expect(() => cloudflareKVStore(namespace, { prefix: "a/b" })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION" }),
    );
  });

  it("SEC-04 rejects invalid store keys before it calls KV", async () => {
    await expectWrongKeysRejected(cloudflareKVStore(namespace));
  });
});
