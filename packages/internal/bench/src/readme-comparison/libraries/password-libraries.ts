import { H3, useSession } from "h3";
import { getIronSession, webCookies } from "iron-session";
import { answered, type Library, requestOf, type Visit } from "../library.ts";

type Data = Record<string, unknown>;

export const ironSessionLibrary: Library = {
  name: "iron-session",
  rotates: true,
  start({ secrets, maxAge }) {
    // The highest number seals.
    const password = Object.fromEntries(secrets.map((secret, index) => [secrets.length - index, secret]));
    const options = { password, cookieName: "session", ...(maxAge !== undefined && { ttl: maxAge }) };
    async function respond(visit: Visit): Promise<Response> {
      const headers = new Headers();
      const session = await getIronSession<Data>(webCookies(requestOf(visit), headers), options);
      let hasEnded = false;
      await visit.act({
        get: (key) => session[key],
        set(key, value) {
          session[key] = value as never;
        },
        end() {
          session.destroy();
          hasEnded = true;
        },
      });
      if (visit.writes && !hasEnded) await session.save();
      return new Response("ok", { headers });
    }
    return { visit: (visit) => answered(() => respond(visit)) };
  },
};

export const h3Library: Library = {
  name: "h3",
  start({ secrets: [password = ""], maxAge }) {
    const config = { password, name: "session", ...(maxAge !== undefined && { maxAge }) };
    async function respond(visit: Visit): Promise<Response> {
      const app = new H3({ silent: true }).get("/", async (event) => {
        const session = await useSession<Data>(event, config);
        await visit.act({
          get: (key) => session.data[key],
          set: async (key, value) => void (await session.update({ [key]: value })),
          end: async () => void (await session.clear()),
        });
        return "ok";
      });
      return app.fetch(requestOf(visit));
    }
    return { visit: (visit) => answered(() => respond(visit)) };
  },
};
