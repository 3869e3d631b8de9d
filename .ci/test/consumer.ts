// A program of an outside consumer: it runs from a folder where coatcheck is only there as packed.
import { withSessions as withBunSessions } from "@coatcheck/bun";
import {
  encryptedCookie,
  memoryStore,
  type PendingSession,
  SessionManager,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { withSessions as withDenoSessions } from "@coatcheck/deno";
import { session } from "@coatcheck/hono";
import { d1Database } from "@coatcheck/stores/d1";
import { denoKvStore } from "@coatcheck/stores/deno-kv";
import { durableObjectStore, SessionObject } from "@coatcheck/stores/durable-object";
import { cloudflareKVStore } from "@coatcheck/stores/kv";
import { mongoStore } from "@coatcheck/stores/mongo";
import { redisStore } from "@coatcheck/stores/redis";
import { migrate, sqlStore } from "@coatcheck/stores/sql";
import { sqliteDatabase } from "@coatcheck/stores/sqlite";
import { type UnstorageStorage, unstorageStore } from "@coatcheck/stores/unstorage";
import { upstashStore } from "@coatcheck/stores/upstash";
import { withSessions as withWorkerSessions } from "@coatcheck/workers";
import { Hono } from "hono";

/** What has no engine here: that it can be imported is what is tested. */
const there = [
  ...[cloudflareKVStore, denoKvStore, durableObjectStore, mongoStore, redisStore, sqlStore, upstashStore],
  ...[d1Database, migrate, SessionObject, sqliteDatabase],
].filter((value) => typeof value === "function");

/** Writes a session and reads it back, in every mode and through Hono; tells which of them kept it. */
export async function walk(): Promise<string> {
  const kept: string[] = [];
  const secrets = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  const modes = {
    signed: signedCookie({ secrets }),
    encrypted: encryptedCookie({ secrets }),
    server: serverSide(memoryStore()),
    unstorage: serverSide(unstorageStore(newStorage())),
  };
  for (const [name, mode] of Object.entries(modes)) {
    if (await keeps(manager(mode).wrap(visit))) kept.push(name);
  }
  const adapters = {
    workers: withWorkerSessions(() => manager(modes.server), visit),
    deno: withDenoSessions(manager(modes.server), visit),
    bun: withBunSessions(manager(modes.server), visit),
  };
  const server = { upgrade: () => false };
  const context = { waitUntil() {}, passThroughOnException() {} };
  if (await keeps((request) => adapters.workers.fetch(request, {}, context))) kept.push("workers");
  if (await keeps((request) => adapters.deno.fetch(request))) kept.push("deno");
  if (await keeps((request) => adapters.bun.fetch(request, server))) kept.push("bun");
  const app = new Hono()
    .use(session(manager(modes.server)))
    .post("/", async (c) => {
      (await c.var.session).set("cart", ["book"]);
      return c.body(null);
    })
    .get("/", async (c) => c.text((await c.var.session).get("cart")?.join() ?? ""));
  if (await keeps(async (request) => app.fetch(request))) kept.push("hono");
  return `kept: ${kept.join(" ")}; there: ${there.length}`;
}

async function visit(request: Request, pending: PendingSession<{ cart: string[] }>): Promise<Response> {
  const current = await pending;
  if (request.method === "POST") current.set("cart", ["book"]);
  return new Response(current.get("cart")?.join());
}

function manager(mode: SessionMode): SessionManager<{ cart: string[] }> {
  return new SessionManager<{ cart: string[] }>({ mode });
}

/** As much of a storage as the store needs: unstorage's own types are not to be checked here. */
function newStorage(): UnstorageStorage {
  const items = new Map<string, string>();
  return {
    getItem: async (key) => items.get(key) ?? null,
    setItem: async (key, value) => void items.set(key, value),
    removeItem: async (key) => void items.delete(key),
    getKeys: async () => [...items.keys()],
  };
}

async function keeps(handle: (request: Request) => Promise<Response>): Promise<boolean> {
  const written = await handle(new Request("https://localhost/", { method: "POST" }));
  const cookie = written.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const read = await handle(new Request("https://localhost/", { headers: { cookie } }));
  return (await read.text()) === "book";
}

if (typeof navigator === "undefined" || navigator.userAgent !== "Cloudflare-Workers") console.log(await walk());
