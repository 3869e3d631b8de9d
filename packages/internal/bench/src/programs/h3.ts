import { H3, useSession } from "h3";
import { DATA, type Data, type Program, SECRET } from "./program.ts";

const config = { password: SECRET, name: "session" };
const app = new H3()
  .get("/fill", async (event) => {
    await (await useSession<Data>(event, config)).update(DATA);
    return "filled";
  })
  .get("/**", async (event) => (await useSession<Data>(event, config)).data.user ?? "anonymous");

const program: Program = { fetch: (request) => app.fetch(request) };
export default program;
