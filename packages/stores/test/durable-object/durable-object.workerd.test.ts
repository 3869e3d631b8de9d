import { env } from "cloudflare:workers";
import { SessionManager, serverSide } from "@coatcheck/core";
import { type Browser, browser, storeConformance } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { durableObjectStore, type SessionObjectNamespace } from "../../src/durable-object.ts";
import { newPrefix, sessionOf as session, storeKey } from "../support/sessions.ts";
import { pausable } from "./pausable-namespace.ts";

const KEY = storeKey("a");

storeConformance(
  { describe, it },
  {
    name: "durableObjectStore",
    create() {
      const prefix = newPrefix();
      const connect = () => durableObjectStore(env.SESSION_OBJECTS, { prefix });
      return { store: connect(), peer: connect() };
    },
    isAtomic: true,
    hasSubjectIndex: true,
    hasSweeper: false,
    checksKeys: true,
    // workerd runs the alarms by itself when they are due.
    dropsWithin: 30,
    // No maxDataBytes: Cloudflare stores 2 MB under a key, workerd 8 MiB. A string takes one byte per character, or two
    // as soon as a character is beyond Latin-1. Of the sessions that the core accepts, only those of more than 999,000
    // characters with such a character are too large for Cloudflare, which no test in workerd can show.
  },
);

describe("durableObjectStore, its messages and objects", () => {
  it("sends one message per operation, and calls the index only for a session with a subject", async () => {
    const namespace = pausable(env.SESSION_OBJECTS);
    const store = durableObjectStore(namespace, { prefix: newPrefix() });
    await store.create(KEY, session());
    await store.load(KEY);
    await store.touch(KEY, session().expiresAt);
    await store.update(KEY, session({ version: 2 }), 1);
    await store.delete(KEY);
    expect(namespace.calls.splice(0)).toEqual(["create", "load", "touch", "update", "delete"]);
    await store.create(KEY, session({ subject: "eve" }));
    await store.delete(KEY);
    expect(namespace.calls).toEqual(["enter", "create", "delete", "forget"]);
  });

  it("stores lone surrogates unchanged", async () => {
    const store = durableObjectStore(env.SESSION_OBJECTS, { prefix: newPrefix() });
    const awkward = session({ data: "\ud83e half a coat", subject: "\ud83e" });
    await store.create(KEY, awkward);
    expect(await store.load(KEY)).toEqual(awkward);
    expect(await store.listBySubject("\ud83e")).toHaveLength(1);
    expect(await store.listBySubject("\ud83f")).toEqual([]);
  });

  it("keeps stores with different prefixes apart", async () => {
    const prefix = newPrefix();
    const store = durableObjectStore(env.SESSION_OBJECTS, { prefix });
    const other = durableObjectStore(env.SESSION_OBJECTS, { prefix: `${prefix}other:` });
    await store.create(KEY, session({ subject: "eve" }));
    expect(await other.load(KEY)).toBeNull();
    expect(await other.deleteBySubject("eve")).toBe(0);
    expect(await store.load(KEY)).not.toBeNull();
  });

  it("rejects other bindings of a Worker", () => {
    const stub = env.SESSION_OBJECTS.get(env.SESSION_OBJECTS.idFromName("a"));
    for (const wrong of [env.SESSIONS, stub] as unknown[]) {
      expect(() => durableObjectStore(wrong as SessionObjectNamespace)).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });

  it("answers unknown operations with 400", async () => {
    const stub = env.SESSION_OBJECTS.get(env.SESSION_OBJECTS.idFromName(newPrefix()));
    for (const operation of ["sweep", "constructor", "__proto__", ""]) {
      const body = JSON.stringify({ operation, args: [] });
      expect((await stub.fetch("https://session-object.invalid/", { method: "POST", body })).status).toBe(400);
    }
  });
});

describe("durableObjectStore behind a SessionManager", () => {
  it("SEC-22 logs in and out, and rejects a copied cookie after logout", async () => {
    const { client, visit } = application();
    await visit("/login");
    const stolen = await client.clone();
    expect(await visit("/")).toBe("eve");
    await visit("/logout");
    expect(await visit("/")).toBe("anonymous");
    expect(await (await stolen.fetch("/")).text()).toBe("anonymous");
  });

  it("SEC-05 SEC-24 lists one session after two logins of one visitor", async () => {
    const { sessions, visit } = application();
    await visit("/cart");
    await visit("/login");
    await visit("/login");
    expect(await sessions.list("eve")).toHaveLength(1);
  });

  it("SEC-24 ends all sessions of a subject except one, and then all", async () => {
    const { sessions, visit, newClient } = application();
    await visit("/login");
    const others = Array.from({ length: 8 }, newClient);
    for (const other of others) await other.fetch("/login");
    expect(await sessions.list("eve")).toHaveLength(9);

    const except = await visit("/id");
    expect(await sessions.revokeAll("eve", { except })).toBe(8);
    expect(await visit("/")).toBe("eve");
    for (const other of others) expect(await (await other.fetch("/")).text()).toBe("anonymous");

    expect(await sessions.revokeAll("eve")).toBe(1);
    expect(await visit("/")).toBe("anonymous");
    expect(await sessions.list("eve")).toEqual([]);
  });

  it("SEC-24 revokes one session by its id", async () => {
    const { sessions, visit } = application();
    await visit("/login");
    expect(await sessions.revoke(await visit("/id"))).toBe(true);
    expect(await visit("/")).toBe("anonymous");
    expect(await sessions.list("eve")).toEqual([]);
  });

  it("SEC-42 sets no cookie when an object is unreachable, and works in the next request", async () => {
    const namespace = pausable(env.SESSION_OBJECTS);
    const { client, visit } = application(namespace);
    for (const operation of ["enter", "create"]) {
      namespace.failNext(operation);
      await expect(client.fetch("/login")).rejects.toMatchObject({
        code: "STORE_FAILED",
        cause: expect.objectContaining({ message: "Network connection lost." }),
      });
      expect(await client.cookieHeader()).toBe("");
    }
    await visit("/login");
    expect(await visit("/")).toBe("eve");
  });
});

interface Application {
  readonly sessions: SessionManager;
  readonly client: Browser;
  readonly newClient: () => Browser;
  readonly visit: (path: string) => Promise<string>;
}

function application(namespace: SessionObjectNamespace = env.SESSION_OBJECTS): Application {
  const sessions = new SessionManager({ mode: serverSide(durableObjectStore(namespace, { prefix: newPrefix() })) });
  const fetch = sessions.wrap(async (request, pending) => {
    const current = await pending;
    const { pathname } = new URL(request.url);
    if (pathname === "/cart") current.set("cart", "coat");
    if (pathname === "/login") current.bind("eve");
    if (pathname === "/logout") current.destroy();
    return new Response(pathname === "/id" ? current.id : (current.subject ?? "anonymous"));
  });
  const newClient = (): Browser => browser({ fetch });
  const client = newClient();
  return { sessions, client, newClient, visit: async (path) => (await client.fetch(path)).text() };
}
