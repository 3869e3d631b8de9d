import { memoryStore, type PendingSession, SessionManager, serverSide } from "@coatcheck/core";
import { type SessionEnv, session } from "@coatcheck/hono";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { cookieNames, type Data, type Shop, shop } from "./support/shop.ts";

type ShopEnv = SessionEnv<SessionManager<Data>>;

/** Routes that need session() to be registered before them. */
const cart = new Hono<ShopEnv>()
  .get("/add", async (c) => {
    (await c.var.session).update("cart", (cart = []) => [...cart, "book"]);
    return c.text("added");
  })
  .get("/fail", async (c) => {
    (await c.var.session).set("cart", ["from a failure"]);
    throw new Error("thrown by the handler");
  });

describe("session, with sub-applications", () => {
  it("reaches the routes of a sub-application", async () => {
    const { sessions, visit, cartOf } = shop();
    const client = visit(new Hono().use(session(sessions)).route("/cart", cart));
    await client.fetch("/cart/add");
    await client.fetch("/cart/add");
    expect(await cartOf(client)).toEqual(["book", "book"]);
  });

  it("stores nothing when the onError of a sub-application answers", async () => {
    const { sessions, store, visit } = shop();
    const answering = new Hono<ShopEnv>().route("/", cart).onError((_error, c) => c.text("answered", 400));
    const client = visit(new Hono().use(session(sessions)).route("/cart", answering));
    expect((await client.fetch("/cart/fail")).status).toBe(400);
    expect(store.calls.create).toBe(0);
  });

  it("works in several sub-applications and has no effect outside of them", async () => {
    const { sessions, visit, cartOf } = shop();
    const withSession = () => new Hono().use(session(sessions)).route("/", cart);
    const app = new Hono()
      .route("/a", withSession())
      .route("/b", withSession())
      .get("/beside", (c) => c.json({ ...c.var }));
    const client = visit(app);
    await client.fetch("/a/add");
    await client.fetch("/b/add");
    expect(await cartOf(client)).toEqual(["book", "book"]);
    expect(await (await client.fetch("/beside")).json()).toEqual({});
  });
});

describe("session, registered twice", () => {
  /** The codes and messages of the errors that onError received. */
  async function failures(app: Hono, path: string, { visit, store }: Shop) {
    const seen: { code: unknown; message: string }[] = [];
    app.onError((error, c) => {
      seen.push({ code: (error as { code?: unknown }).code, message: error.message });
      return c.text("misconfigured", 500);
    });
    const response = await visit(app).fetch(path);
    expect(response.status).toBe(500);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(store.calls.create).toBe(0);
    return seen;
  }

  const rejection = {
    code: "INVALID_OPTION",
    message: expect.stringMatching(/already set.*keep the outermost session\(\) only/),
  };

  it("throws on one application", async () => {
    const setup = shop();
    const app = new Hono();
    app.use(session(setup.sessions)).use(session(setup.sessions)).route("/", cart);
    expect(await failures(app, "/add", setup)).toEqual([rejection]);
  });

  it("throws on an application and its sub-application", async () => {
    const setup = shop();
    const app = new Hono();
    app.use(session(setup.sessions)).route("/cart", new Hono().use(session(setup.sessions)).route("/", cart));
    expect(await failures(app, "/cart/add", setup)).toEqual([rejection]);
  });

  it("throws when other middleware has set c.var.session", async () => {
    const setup = shop();
    const app = new Hono();
    app
      .use(async (c, next) => {
        c.set("session" as never, { of: "another library" } as never);
        await next();
      })
      .use(session(setup.sessions))
      .route("/", cart);
    expect(await failures(app, "/add", setup)).toEqual([
      { code: "INVALID_OPTION", message: expect.stringContaining("c.var.session is already set") },
    ]);
  });
});

describe("session, with mounted applications", () => {
  it("returns the response of a mounted application unchanged", async () => {
    const { sessions, store, visit } = shop();
    const mounted = new Response("mounted");
    const app = new Hono().use(session(sessions)).mount("/legacy", () => mounted);
    expect(await visit(app).fetch("/legacy/page")).toBe(mounted);
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("commits with the response of a mounted application that was given the session", async () => {
    const { sessions, visit, cartOf } = shop();
    const legacy = async (request: Request, pending: PendingSession<Data>) => {
      (await pending).set("cart", [new URL(request.url).pathname]);
      return Response.redirect("https://localhost/next", 303);
    };
    const app = new Hono().use(session(sessions)).mount("/legacy", legacy, (c) => [c.get("session")]);
    const client = visit(app);
    const response = await client.fetch("/legacy/page");
    expect(cookieNames(response)).toEqual(["__Host-session"]);
    expect(await cartOf(client)).toEqual(["/page"]);
  });

  it("lets a mounted Hono application have its own session()", async () => {
    const { sessions, visit, cartOf } = shop();
    const mounted = new Hono().use(session(sessions)).route("/cart", cart);
    const app = new Hono().use(session(sessions)).mount("/shop", mounted.fetch);
    const client = visit(app);
    expect(cookieNames(await client.fetch("/shop/cart/add"))).toEqual(["__Host-session"]);
    await client.fetch("/shop/cart/add");
    expect(await cartOf(client)).toEqual(["book", "book"]);
  });

  it("lets a mounted application use another session with another cookie name", async () => {
    const { sessions, visit, cartOf } = shop();
    const admin = new SessionManager<Data>({ mode: serverSide(memoryStore()), cookie: { name: "__Host-admin" } });
    const mounted = new Hono().use(session(admin)).route("/", cart);
    const app = new Hono()
      .use(session(sessions))
      .use(async (c, next) => {
        (await c.var.session).set("cart", ["outer"]);
        await next();
      })
      .mount("/admin", mounted.fetch);
    const client = visit(app);
    expect(cookieNames(await client.fetch("/admin/add")).sort()).toEqual(["__Host-admin", "__Host-session"]);
    expect(await cartOf(client)).toEqual(["outer"]);
  });
});
