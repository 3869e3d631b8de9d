import { H3, useSession } from "h3";
import { type ComparedRequest, catchErrors, type Library, toWebRequest } from "../library.ts";

type Data = Record<string, unknown>;

export const h3Library: Library = {
  name: "h3",
  start({ secrets: [password = ""], maxAge }) {
    const config = { password, name: "session", ...(maxAge !== undefined && { maxAge }) };
    async function respond(request: ComparedRequest): Promise<Response> {
      const app = new H3({ silent: true }).get("/", async (event) => {
        const session = await useSession<Data>(event, config);
        await request.act({
          get: (key) => session.data[key],
          set: async (key, value) => void (await session.update({ [key]: value })),
          end: async () => void (await session.clear()),
        });
        return "ok";
      });
      return app.fetch(toWebRequest(request));
    }
    return { handle: (request) => catchErrors(() => respond(request)) };
  },
};
