import { memoryStore, type SessionStore, serverSide } from "@coatcheck/core";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "../peers/application.ts";

const USERS = 20;

describe("redis-py, 20 March 2023: the answer of a cancelled command reached another user", () => {
  const failure = expect.objectContaining({ code: "STORE_FAILED", cause: expect.any(Error) });

  it("gives an answer that came too late to nobody: not to the one who waited, not to the next", async () => {
    const store = faultyStore(memoryStore());
    const app = application({ mode: serverSide(store, { timeout: 0.05 }) });
    const [eve, mallory] = [app.newVisitor(), app.newVisitor()];
    await eve.visit((session) => session.set("name", "eve"));
    await mallory.visit((session) => session.set("name", "mallory"));

    const held = store.pauseNext("load");
    await expect(eve.visit(dataOf)).rejects.toEqual(failure);
    const meanwhile = await mallory.visit(dataOf);
    held.resume();
    expect(meanwhile.result).toEqual({ name: "mallory" });
    expect((await mallory.visit(dataOf)).result).toEqual({ name: "mallory" });
    expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
  });

  it("keeps apart the requests of many users whose clients give up in the middle", async () => {
    const store = memoryStore();
    const waiting: (() => void)[] = [];
    const { promise: allWait, resolve: haveAllCome } = Promise.withResolvers<void>();
    const slow: SessionStore = {
      ...store,
      // Answers when it is told to, last come first served.
      load: async (key) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        if (waiting.push(resolve) === USERS) haveAllCome();
        await promise;
        return store.load(key);
      },
    };
    const app = application({ mode: serverSide(slow) });
    const cookies = new Map<string, string>();
    for (let user = 0; user < USERS; user++) {
      const newVisitor = app.newVisitor();
      await newVisitor.visit((session) => session.set("name", `user ${user}`));
      cookies.set(`user ${user}`, await newVisitor.client.cookieHeader());
    }
    const requests = [...cookies].map(([name, Cookie], index) => {
      const abort = new AbortController();
      const request = new Request("https://localhost/", { headers: { Cookie }, signal: abort.signal });
      const answer = app.sessions.handle(request, async (pending) => Response.json(dataOf(await pending)));
      if (index % 2) abort.abort();
      return { name, answer };
    });
    await allWait;
    for (const answer of waiting.reverse()) answer();
    for (const { name, answer } of requests) expect(await (await answer).json()).toEqual({ name });
  });
});
