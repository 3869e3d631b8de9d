import { type Context, Hono } from "hono";
import { getSignedCookie, setSignedCookie } from "hono/cookie";
import { type Contender, describeData, routedApplication } from "./contender.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

const NAME = "session";

/** Hono's own signed cookie, with JSON in it. It takes a secret, and imports its key for each cookie. */
export const honoCookie: Contender = {
  ...{ name: "Hono's signed cookie", protection: "signed", host: "Hono", package: "hono" },
  setUp: () => ({
    start() {
      const app = new Hono()
        .get("/unread", (c) => c.text("ok"))
        .get("/fill", async (c) => c.text(describeData(await save(c, dataOfQuery(c.req.url)))))
        .get("/read", async (c) => c.text(describeData(await load(c))))
        .get("/write", async (c) => {
          const data = await load(c);
          return c.text(describeData(data && (await save(c, { ...data, count: (data.count ?? 0) + 1 }))));
        })
        .get("/login", async (c) => {
          const data = await load(c);
          return c.text(describeData(data && (await save(c, { ...data, user: USER }))));
        });
      return routedApplication((request) => app.fetch(request), ["unread"]);
    },
  }),
};

async function load(c: Context): Promise<BenchData | undefined> {
  const json = await getSignedCookie(c, SECRET, NAME);
  return typeof json === "string" ? JSON.parse(json) : undefined;
}

async function save(c: Context, data: BenchData): Promise<BenchData> {
  const options = { httpOnly: true, secure: true, sameSite: "Lax", path: "/" } as const;
  await setSignedCookie(c, NAME, JSON.stringify(data), SECRET, options);
  return data;
}
