import { getIronSession, webCookies } from "iron-session";
import { type ComparedRequest, catchErrors, type Library, toWebRequest } from "../library.ts";

type Data = Record<string, unknown>;

export const ironSessionLibrary: Library = {
  name: "iron-session",
  acceptsSeveralSecrets: true,
  start({ secrets, maxAge }) {
    // iron-session seals with the password that has the highest number.
    const password = Object.fromEntries(secrets.map((secret, index) => [secrets.length - index, secret]));
    const options = { password, cookieName: "session", ...(maxAge !== undefined && { ttl: maxAge }) };
    async function respond(request: ComparedRequest): Promise<Response> {
      const headers = new Headers();
      const session = await getIronSession<Data>(webCookies(toWebRequest(request), headers), options);
      let hasEnded = false;
      await request.act({
        get: (key) => session[key],
        set(key, value) {
          session[key] = value as never;
        },
        end() {
          session.destroy();
          hasEnded = true;
        },
      });
      if (request.writes && !hasEnded) await session.save();
      return new Response("ok", { headers });
    }
    return { handle: (request) => catchErrors(() => respond(request)) };
  },
};
