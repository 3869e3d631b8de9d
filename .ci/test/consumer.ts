// A program of an outside consumer. It runs in a folder that has only the packed packages.
import { AccountManager, login, rememberMe, requireSubject, sessionLimit } from "@coatcheck/auth";
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
import { csrfToken } from "@coatcheck/csrf";
import { withSessions as withDenoSessions } from "@coatcheck/deno";
import { session } from "@coatcheck/hono";
import { guard } from "@coatcheck/hono/auth";
import { csrf } from "@coatcheck/hono/csrf";
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

/** Exports that need an engine. The program only checks that they can be imported. */
const imported = [
  ...[cloudflareKVStore, denoKvStore, durableObjectStore, mongoStore, redisStore, sqlStore, upstashStore],
  ...[d1Database, migrate, requireSubject, SessionObject, sqliteDatabase],
].filter((value) => typeof value === "function");

/** Writes a session and reads it back, in every mode and through every adapter. Returns the names of those that stored it. */
export async function walk(): Promise<string> {
  const stored: string[] = [];
  const secrets = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  const modes = {
    signed: signedCookie({ secrets }),
    encrypted: encryptedCookie({ secrets }),
    server: serverSide(memoryStore()),
    unstorage: serverSide(unstorageStore(newStorage())),
  };
  for (const [name, mode] of Object.entries(modes)) {
    if (await stores(manager(mode).wrap(visit))) stored.push(name);
  }
  const adapters = {
    workers: withWorkerSessions(() => manager(modes.server), visit),
    deno: withDenoSessions(manager(modes.server), visit),
    bun: withBunSessions(manager(modes.server), visit),
  };
  const server = { upgrade: () => false };
  const context = { waitUntil() {}, passThroughOnException() {} };
  if (await stores((request) => adapters.workers.fetch(request, {}, context))) stored.push("workers");
  if (await stores((request) => adapters.deno.fetch(request))) stored.push("deno");
  if (await stores((request) => adapters.bun.fetch(request, server))) stored.push("bun");
  const app = new Hono()
    .use(session(manager(modes.server)))
    .post("/", async (c) => {
      (await c.var.session).set("cart", ["book"]);
      return c.body(null);
    })
    .get("/", async (c) => c.text((await c.var.session).get("cart")?.join() ?? ""));
  if (await stores(async (request) => app.fetch(request))) stored.push("hono");
  if (await remembers()) stored.push("remembered");
  return `stored: ${stored.join(" ")}; imported: ${imported.length}`;
}

/** Logs in with remember-me behind CSRF protection, and returns without the session cookie. */
async function remembers(): Promise<boolean> {
  const store = memoryStore();
  const sessions = new AccountManager({
    mode: serverSide(store),
    extensions: [rememberMe({ store }), sessionLimit({ max: 2 })],
  });
  const app = new Hono()
    .use(session(sessions))
    .use(csrf({ tokens: true }))
    .get("/token", async (c) => c.text(csrfToken(await c.var.session)))
    .post("/login", async (c) => {
      await login(await c.var.session, "eve", { remember: true });
      return c.body(null);
    })
    .get("/me", guard(requireSubject), (c) => c.text(c.var.subject));
  const first = await app.request("https://localhost/token");
  const cookiesOf = (response: Response) => response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const headers = {
    Cookie: cookiesOf(first).join("; "),
    Origin: "https://localhost",
    "X-CSRF-Token": await first.text(),
  };
  const loggedIn = await app.request("https://localhost/login", { method: "POST", headers });
  const remembered = cookiesOf(loggedIn).filter((cookie) => cookie.startsWith("__Host-remember="));
  const back = await app.request("https://localhost/me", { headers: { Cookie: remembered.join("; ") } });
  return (await back.text()) === "eve";
}

async function visit(request: Request, pending: PendingSession<{ cart: string[] }>): Promise<Response> {
  const current = await pending;
  if (request.method === "POST") current.set("cart", ["book"]);
  return new Response(current.get("cart")?.join());
}

function manager(mode: SessionMode): SessionManager<{ cart: string[] }> {
  return new SessionManager<{ cart: string[] }>({ mode });
}

/** The methods of a storage that the store needs. unstorage's own types are not part of this check. */
function newStorage(): UnstorageStorage {
  const items = new Map<string, string>();
  return {
    getItem: async (key) => items.get(key) ?? null,
    setItem: async (key, value) => void items.set(key, value),
    removeItem: async (key) => void items.delete(key),
    getKeys: async () => [...items.keys()],
  };
}

async function stores(handle: (request: Request) => Promise<Response>): Promise<boolean> {
  const written = await handle(new Request("https://localhost/", { method: "POST" }));
  const cookie = written.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const read = await handle(new Request("https://localhost/", { headers: { cookie } }));
  return (await read.text()) === "book";
}

if (typeof navigator === "undefined" || navigator.userAgent !== "Cloudflare-Workers") console.log(await walk());
