import cookieSession from "cookie-session";
import { type Contender, describeData } from "./contender.ts";
import { driveNode, type NodeMiddleware } from "./node-host.ts";
import { type BenchData, dataOfQuery, SECRET, USER } from "./session-data.ts";

interface Incoming {
  session: Partial<BenchData> | null;
}

/** `cookie-session` on Node's own messages: HMAC-SHA-1 by `node:crypto`, synchronously. */
export const cookieSessionContender: Contender = {
  ...{ name: "cookie-session", protection: "signed", host: "Node", package: "cookie-session", isNodeOnly: true },
  setUp: () => ({
    start() {
      const middleware = cookieSession({ keys: [SECRET], httpOnly: true, sameSite: "lax" });
      const app = middleware as unknown as NodeMiddleware<Incoming>;
      return {
        unread: driveNode(app, (_request, _sent, answer) => answer("ok")),
        fill: driveNode(app, (request, { path }, answer) => {
          request.session = dataOfQuery(path);
          answer("filled");
        }),
        read: driveNode(app, (request, _sent, answer) => answer(describeData(request.session))),
        write: driveNode(app, (request, _sent, answer) => {
          const { session } = request;
          if (session?.n !== undefined) session.count = (session.count ?? 0) + 1;
          answer(describeData(session));
        }),
        login: driveNode(app, (request, _sent, answer) => {
          const { session } = request;
          if (session?.n !== undefined) session.user = USER;
          answer(describeData(session));
        }),
      };
    },
  }),
};
