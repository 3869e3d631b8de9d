import { H3, useSession } from "h3";
import { type Contender, describeData, routedApplication } from "./contender.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

const config = { password: SECRET, name: "session" };

/** `useSession` of h3. It takes a password, and derives its keys for each cookie. */
export const h3: Contender = {
  ...{ name: "h3 useSession", protection: "encrypted", host: "h3", package: "h3" },
  setUp: () => ({
    start() {
      const app = new H3()
        .get("/fill", async (event) => {
          const session = await useSession<BenchData>(event, config);
          await session.update(dataOfQuery(event.req.url));
          return "filled";
        })
        .get("/read", async (event) => describeData((await useSession<BenchData>(event, config)).data))
        .get("/write", async (event) => {
          const session = await useSession<BenchData>(event, config);
          await session.update({ count: (session.data.count ?? 0) + 1 });
          return describeData(session.data);
        })
        .get("/login", async (event) => {
          const session = await useSession<BenchData>(event, config);
          await session.update({ user: USER });
          return describeData(session.data);
        });
      return routedApplication((request) => app.fetch(request), ["unread"]);
    },
  }),
};
