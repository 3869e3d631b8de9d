import { memoryStore, type SessionStore, serverSide } from "@coatcheck/core";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "../peers/application.ts";

const USERS = 20;

describe("redis-py, 20 March 2023: the answer of a cancelled command reached another user", () => {
  const failure = expect.objectContaining({ code: "STORE_FAILED", cause: expect.any(Error) });

  it("discards an answer that arrives after the timeout", async () => {
    const store = faultyStore(memoryStore());
    // Only the paused load takes longer: the memory store answers before any timer fires.
    const app = application({ mode: serverSide(store, { timeout: 0.05 }) });
    const [eve, mallory] = [app.newVisitor(), app.newVisitor()];
    await eve.visit((session) => session.set("name", "eve"));
    await mallory.visit((session) => session.set("name", "mallory"));

    const pause = store.pauseNext("load");
    await expect(eve.visit(dataOf)).rejects.toEqual(failure);
    const meanwhile = await mallory.visit(dataOf);
    pause.resume();
    expect(meanwhile.result).toEqual({ name: "mallory" });
    expect((await mallory.visit(dataOf)).result).toEqual({ name: "mallory" });
    expect((await eve.visit(dataOf)).result).toEqual({ name: "eve" });
  });

  it("keeps the requests of many users apart when some clients abort", async () => {
    const store = memoryStore();
    const waiting: (() => void)[] = [];
    const { promise: allWaiting, resolve: markAllWaiting } = Promise.withResolvers<void>();
    const slow: SessionStore = {
      ...store,
      // Answers when the test says so, in reverse order.
      load: async (key) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        if (waiting.push(resolve) === USERS) markAllWaiting();
        await promise;
        return store.load(key);
      },
    };
    const app = application({ mode: serverSide(slow) });
    const cookies = new Map<string, string>();
    for (let user = 0; user < USERS; user++) {
      const { client, visit } = app.newVisitor();
      await visit((session) => session.set("name", `user ${user}`));
      cookies.set(`user ${user}`, await client.cookieHeader());
    }
    const requests = [...cookies].map(([name, Cookie], index) => {
      const abort = new AbortController();
      const request = new Request("https://localhost/", { headers: { Cookie }, signal: abort.signal });
      const response = app.sessions.handle(request, async (pending) => Response.json(dataOf(await pending)));
      if (index % 2) abort.abort();
      return { name, response };
    });
    await allWaiting;
    for (const answerLoad of waiting.reverse()) answerLoad();
    for (const { name, response } of requests) expect(await (await response).json()).toEqual({ name });
  });
});
