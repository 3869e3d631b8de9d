import { getIronSession, type IronSession, webCookies } from "iron-session";
import { type Contender, describeData, webApplication } from "./contender.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

const options = { password: SECRET, cookieName: "session" };

/** `iron-session` on `Request` and `Headers`. It takes a password, and derives its keys for each cookie. */
export const ironSession: Contender = {
  ...{ name: "iron-session", protection: "encrypted", host: "fetch", package: "iron-session" },
  setUp: () => ({
    start: () =>
      webApplication({
        fill: (request) => change(request, () => dataOfQuery(request.url)),
        async read(request) {
          const headers = new Headers();
          const session = await getIronSession<BenchData>(webCookies(request, headers), options);
          return new Response(describeData(session), { headers });
        },
        write: (request) => change(request, ({ count = 0 }) => ({ count: count + 1 })),
        login: (request) => change(request, () => ({ user: USER })),
      }),
  }),
};

async function change(
  request: Request,
  makeChange: (session: IronSession<BenchData>) => Partial<BenchData>,
): Promise<Response> {
  const headers = new Headers();
  const session = await getIronSession<BenchData>(webCookies(request, headers), options);
  Object.assign(session, makeChange(session));
  await session.save();
  return new Response(describeData(session), { headers });
}
