// A program of an outside consumer: it runs from a folder where coatcheck is only there as packed.
import {
  encryptedCookie,
  memoryStore,
  SessionManager,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { session } from "@coatcheck/hono";
import { Hono } from "hono";

/** Writes a session and reads it back, in every mode and through Hono; tells which of them kept it. */
export async function walk(): Promise<string> {
  const kept: string[] = [];
  const secrets = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
  const modes = {
    signed: signedCookie({ secrets }),
    encrypted: encryptedCookie({ secrets }),
    server: serverSide(memoryStore()),
  };
  for (const [name, mode] of Object.entries(modes)) {
    const sessions = manager(mode);
    const handle = sessions.wrap(async (request, pending) => {
      const current = await pending;
      if (request.method === "POST") current.set("cart", ["book"]);
      return new Response(current.get("cart")?.join());
    });
    if (await keeps(handle)) kept.push(name);
  }
  const app = new Hono()
    .use(session(manager(modes.server)))
    .post("/", async (c) => {
      (await c.var.session).set("cart", ["book"]);
      return c.body(null);
    })
    .get("/", async (c) => c.text((await c.var.session).get("cart")?.join() ?? ""));
  if (await keeps(async (request) => app.fetch(request))) kept.push("hono");
  return `kept: ${kept.join(" ")}`;
}

function manager(mode: SessionMode): SessionManager<{ cart: string[] }> {
  return new SessionManager<{ cart: string[] }>({ mode });
}

async function keeps(handle: (request: Request) => Promise<Response>): Promise<boolean> {
  const written = await handle(new Request("https://localhost/", { method: "POST" }));
  const cookie = written.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const read = await handle(new Request("https://localhost/", { headers: { cookie } }));
  return (await read.text()) === "book";
}

if (typeof navigator === "undefined" || navigator.userAgent !== "Cloudflare-Workers") console.log(await walk());
