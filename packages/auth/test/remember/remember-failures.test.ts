import { memoryStore, serverSide } from "@coatcheck/core";
import { faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import type { AccountExtension } from "../../src/index.ts";
import { cookieIn, rememberingSite, restart, SESSION, whoIs } from "../support/remember-site.ts";
import { atEachCall, type Interference, storeCalls } from "../support/store-calls.ts";

const faults: readonly Interference[] = ["throw-before", "throw-after"];

function isReached(reached: Promise<unknown>): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setTimeout(() => resolve(false)));
  return Promise.race([reached.then(() => true), later]);
}

describe("rememberMe on a failing store", () => {
  const paths = ["/", "/login?as=eve&remember=true", "/login?as=eve", "/logout", "/regenerate"];
  for (const fault of faults) {
    it.each(paths)(
      `SEC-42 fails %s with a typed error, sets no cookie, and the next request succeeds (${fault})`,
      async (path) => {
        const isLogout = path === "/logout";
        const names = await atEachCall(async (number) => {
          const calls = storeCalls();
          const { remembered } = rememberingSite({
            mode: serverSide(calls.watch("session store", memoryStore())),
            store: calls.watch("remember store", memoryStore()),
          });
          const client = await remembered();
          const tab = await client.clone();
          await restart(tab);
          await whoIs(tab);
          if (path === "/") await restart(client);
          const before = await client.cookieHeader();
          const { reached } = calls.interfereAt(number, fault);
          const outcome = await client.fetch(path).then(
            () => undefined,
            (error) => error,
          );
          if (outcome === undefined && !(await isReached(reached))) return undefined;
          expect(outcome).toMatchObject({ code: "STORE_FAILED" });
          expect((await client.cookieHeader()) === before).toBe(true);
          await client.fetch(path);
          const copy = await client.clone();
          await restart(copy);
          for (const one of isLogout ? [client, copy, tab] : [client, copy])
            expect((await whoIs(one)).subject).toBe(isLogout ? undefined : "eve");
          return reached;
        });
        expect(names.length).toBeGreaterThan(isLogout ? 4 : 2);
      },
    );
  }

  it("SEC-42 ends the remaining sessions when a failed logout is tried again", async () => {
    const names = await atEachCall(async (number) => {
      const calls = storeCalls();
      const { remembered } = rememberingSite({ store: calls.watch("remember store", memoryStore()) });
      const client = await remembered();
      await restart(client);
      const tab = await client.clone();
      for (const one of [client, tab]) await whoIs(one);
      const { reached } = calls.interfereAt(number, "throw-before");
      const isStopped = await client.fetch("/logout").then(
        () => false,
        () => true,
      );
      if (!isStopped && !(await isReached(reached))) return undefined;
      expect(isStopped).toBe(true);
      await client.fetch("/logout");
      expect(await whoIs(tab)).toEqual({});
      return reached;
    });
    expect(names).toContain("remember store: listBySubject");
  });

  it("SEC-42 fails when the store does not answer in time", async () => {
    const store = faultyStore(memoryStore());
    const { remembered, newBrowser } = rememberingSite({ store, timeout: 0.01 });
    const client = await remembered();
    await restart(client);
    store.failNext("load", "hang");
    await expect(client.fetch("/")).rejects.toMatchObject({ code: "STORE_FAILED" });
    store.failNext("create", "hang");
    await expect(newBrowser().fetch("/login?as=eve&remember=true")).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect((await whoIs(client)).subject).toBe("eve");
  });

  it("is not called for a request with a session, or without a cookie", async () => {
    const store = faultyStore(memoryStore());
    const { remembered, newBrowser } = rememberingSite({ store });
    const client = await remembered();
    store.resetCalls();
    await whoIs(client);
    await client.fetch("/cart");
    await whoIs(newBrowser());
    expect(store.calls).toEqual({ load: 0, create: 0, update: 0, touch: 0, delete: 0 });
  });

  it("accepts the used cookie within its grace period after a lost response", async () => {
    const { remembered, fetch } = rememberingSite();
    const client = await remembered();
    await restart(client);
    const lost = new Request("https://localhost/", { headers: { Cookie: await client.cookieHeader() } });
    await fetch(lost);
    expect((await whoIs(client)).subject).toBe("eve");
    await restart(client);
    expect((await whoIs(client)).subject).toBe("eve");
  });

  it("rejects a damaged record without an error", async () => {
    for (const data of [
      "",
      "{}",
      "null",
      "[]",
      '{"chain":{"current":1},"subject":"eve"}',
      '{"chain":null,"subject":"eve"}',
    ]) {
      const store = memoryStore();
      const damaged = { ...store, load: async (key: string) => ({ ...(await store.load(key)), data }) as never };
      const { remembered, events } = rememberingSite({ store: damaged });
      const client = await remembered();
      await restart(client);
      expect(await whoIs(client)).toEqual({});
      expect(events.at(-1)).toEqual({ type: "remember-rejected", reason: "invalid-data" });
      await client.fetch("/logout");
    }
  });
});

describe("rememberMe with other extensions", () => {
  const failing: AccountExtension = {
    forRequest: ({ request }) => ({
      onOpen() {
        if (request.url.includes("deny")) throw new Error("denied");
      },
    }),
  };

  it("SEC-42 does not log in when another extension fails in onOpen, although the application answers", async () => {
    const { remembered, sessions } = rememberingSite({ after: [failing] });
    const client = await remembered();
    await restart(client);
    const before = await cookieIn(client);
    const pending = sessions.open(
      new Request("https://localhost/?deny", { headers: { Cookie: await client.cookieHeader() } }),
    );
    await expect(pending.then()).rejects.toThrow("denied");
    const response = await sessions.commit(pending, new Response("sorry"));
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(await sessions.list("eve")).toHaveLength(1);
    expect((await cookieIn(client)) === before).toBe(true);
    expect((await whoIs(client)).subject).toBe("eve");
  });

  it("SEC-34 sets one cookie of each name", async () => {
    const { newBrowser } = rememberingSite();
    const client = newBrowser();
    for (const path of [
      "/login?as=eve&remember=true",
      "/login?as=eve&remember=true",
      "/login?as=grace&remember=true",
    ]) {
      const names = (await client.fetch(path)).headers.getSetCookie().map((line) => line.split("=")[0]);
      expect(names.sort()).toEqual(["__Host-remember", SESSION]);
    }
  });
});
