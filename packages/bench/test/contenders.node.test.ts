import { describe, expect, it } from "vitest";
import { type Action, type Application, cookieOf, newVisit, type Reply, toReply } from "../src/contenders/contender.ts";
import { CONTENDERS } from "../src/contenders/contenders.ts";
import { fillQuery } from "../src/contenders/data.ts";

describe.each(CONTENDERS.filter(({ protection }) => protection !== "none"))("$name ($protection)", (contender) => {
  it.each([200, 2_000])("reads what a session of %i bytes holds, after a restart too", async (size) => {
    const { start } = await contender.setUp();
    const cookie = cookieOf(await visit(start(), "fill", "", fillQuery(7, size)));
    expect((await visit(start(), "read", cookie)).text).toBe("7/0/nobody");
  });
});

async function visit(app: Application, action: Action, cookie: string, query?: string): Promise<Reply> {
  const handler = app[action];
  if (handler === undefined) throw new Error(`there is no ${action}`);
  return toReply(handler(newVisit(action, cookie, query)));
}
