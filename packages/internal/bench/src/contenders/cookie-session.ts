import cookieSession from "cookie-session";
import { type Contender, describeData } from "./contender.ts";
import { driveNode, type NodeMiddleware } from "./node-host.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

interface Incoming {
  session: Partial<BenchData> | null;
}

/** `cookie-session` on Node's messages: HMAC-SHA-1 by `node:crypto`, at once. */
export const cookieSessionContender: Contender = {
  ...{ name: "cookie-session", protection: "signed", host: "Node", package: "cookie-session", isNodeOnly: true },
  setUp: () => ({
    start() {
      const middleware = cookieSession({ keys: [SECRET], httpOnly: true, sameSite: "lax" });
      const app = middleware as unknown as NodeMiddleware<Incoming>;
      return {
        untouched: driveNode(app, (_request, _visit, answer) => answer("ok")),
        fill: driveNode(app, (request, visit, answer) => {
          request.session = dataOfQuery(visit.path);
          answer("filled");
        }),
        read: driveNode(app, (request, _visit, answer) => answer(describeData(request.session))),
        write: driveNode(app, (request, _visit, answer) => {
          const { session } = request;
          if (session?.n !== undefined) session.count = (session.count ?? 0) + 1;
          answer(describeData(session));
        }),
        login: driveNode(app, (request, _visit, answer) => {
          const { session } = request;
          if (session?.n !== undefined) session.user = USER;
          answer(describeData(session));
        }),
      };
    },
  }),
};
