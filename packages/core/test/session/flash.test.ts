import { memoryStore, type SessionEvent, SessionManager, serverSide } from "@coatcheck/core";
import { modes, type Visitor, visitor } from "@coatcheck/test-support";
import { browser, faultyStore } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

interface Messages {
  readonly notice: string;
  readonly error: { readonly field: string };
}
type Data = Record<string, unknown>;

function setUp(mode = serverSide(memoryStore())) {
  const events: SessionEvent[] = [];
  const sessions = new SessionManager<Data, Messages>({ mode, onEvent: (event) => events.push(event) });
  return { sessions, events, ...visitor(sessions) };
}

/** The flash message that the next request reads. */
async function notice({ visit }: Pick<Visitor<Data, Messages>, "visit">): Promise<string | undefined> {
  return (await visit((session) => session.flashed("notice"))).result;
}

for (const { name, mode } of modes()) {
  describe(`session.flash, ${name}`, () => {
    it("shows a message on the next request, not on the same one", async () => {
      const { visit } = setUp(mode());
      const { result } = await visit((session) => {
        session.flash("notice", "saved");
        session.flash("error", { field: "email" });
        return [session.flashed("notice"), session.flashed("error")];
      });
      expect(result).toEqual([undefined, undefined]);
      const next = await visit((session) => [session.flashed("notice"), session.flashed("error")]);
      expect(next.result).toEqual(["saved", { field: "email" }]);
    });

    it("shows a message to every read on that request", async () => {
      const { visit } = setUp(mode());
      await visit((session) => session.flash("notice", "saved"));
      const { result } = await visit((session) => [session.flashed("notice"), session.flashed("notice")]);
      expect(result).toEqual(["saved", "saved"]);
    });

    it("drops a message after the next request, whether it was read or not", async () => {
      for (const second of [
        (session: { flashed(key: "notice"): unknown }) => session.flashed("notice"),
        () => undefined,
      ]) {
        const visitor = setUp(mode());
        await visitor.visit((session) => {
          session.set("theme", "dark");
          session.flash("notice", "saved");
        });
        await visitor.visit(second);
        expect(await notice(visitor)).toBeUndefined();
      }
    });

    it("keeps a message for the next request that awaits the session", async () => {
      const { sessions } = setUp(mode());
      const client = browser({
        fetch: sessions.wrap(async (request, pending) => {
          if (request.url.endsWith("/image")) return new Response("image");
          const session = await pending;
          if (request.url.endsWith("/save")) session.flash("notice", "saved");
          return new Response(String(session.flashed("notice")));
        }),
      });
      await client.fetch("/save");
      await client.fetch("/image");
      expect(await (await client.fetch("/")).text()).toBe("saved");
      expect(await (await client.fetch("/")).text()).toBe("undefined");
    });

    it("shows a message after the redirect of a form", async () => {
      const { sessions } = setUp(mode());
      const client = browser({
        fetch: sessions.wrap(async (request, pending) => {
          const session = await pending;
          if (request.method !== "POST") return new Response(String(session.flashed("notice")));
          session.flash("notice", "saved");
          return Response.redirect(new URL("/done", request.url).href, 303);
        }),
      });
      expect(await (await client.submit("/save", { name: "Eve" })).text()).toBe("saved");
      expect(await (await client.fetch("/done")).text()).toBe("undefined");
    });

    it("keeps a message when the request that reads it fails", async () => {
      const { sessions, visit, client } = setUp(mode());
      await visit((session) => session.flash("notice", "saved"));
      const failed = await sessions.handle(
        new Request("https://localhost/", { headers: { cookie: await client.cookieHeader() } }),
        async (pending) => new Response((await pending).flashed("notice"), { status: 500 }),
      );
      expect(failed.headers.getSetCookie()).toEqual([]);
      expect(await notice({ visit })).toBe("saved");
    });

    it("stores a new message on the request that shows one, and the last message of a key wins", async () => {
      const visitor = setUp(mode());
      await visitor.visit((session) => session.flash("notice", "first"));
      const { result } = await visitor.visit((session) => {
        session.flash("notice", "overwritten");
        session.flash("notice", "second");
        return session.flashed("notice");
      });
      expect(result).toBe("first");
      expect(await notice(visitor)).toBe("second");
      expect(await notice(visitor)).toBeUndefined();
    });

    it("starts a session, which ends after the message was shown", async () => {
      const { visit, client, events } = setUp(mode());
      expect((await visit((session) => session.flash("notice", "saved"))).cookies).toHaveLength(1);
      const { cookies } = await visit((session) => session.flashed("notice"));
      expect(cookies).toEqual([expect.stringContaining("Max-Age=0")]);
      expect(await client.cookieHeader()).toBe("");
      expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
    });

    it("stores a message in the new session after destroy", async () => {
      const { visit } = setUp(mode());
      const before = await visit((session) => {
        session.set("theme", "dark");
        session.bind("eve");
        return session;
      });
      await visit((session) => {
        session.flash("notice", "never shown");
        session.destroy();
        session.flash("notice", "logged out");
      });
      const { result } = await visit((session) => [
        session.flashed("notice"),
        session.subject,
        session.size,
        session.id === before.result.id,
      ]);
      expect(result).toEqual(["logged out", undefined, 0, false]);
    });

    it("stores a message after clear, with and without a subject", async () => {
      for (const subject of [undefined, "eve"]) {
        const { visit } = setUp(mode());
        await visit((session) => {
          session.set("theme", "dark");
          session.flash("notice", "from before");
          if (subject !== undefined) session.bind(subject);
        });
        const { result: seen } = await visit((session) => {
          session.flash("notice", "never shown");
          session.clear();
          session.flash("error", { field: "cleared" });
          return session.flashed("notice");
        });
        expect(seen, "dropped by clear").toBeUndefined();
        const { result } = await visit((session) => [
          session.flashed("notice"),
          session.flashed("error"),
          session.subject,
          session.size,
        ]);
        expect(result).toEqual([undefined, { field: "cleared" }, undefined, 0]);
      }
    });

    it("keeps a message across regenerate and bind", async () => {
      for (const renew of ["regenerate", "bind"] as const) {
        const visitor = setUp(mode());
        await visitor.visit((session) => session.set("theme", "dark"));
        await visitor.visit((session) => session.set("theme", "light"));
        await visitor.visit((session) => {
          session[renew]("eve");
          session.flash("notice", "welcome");
        });
        expect(await notice(visitor)).toBe("welcome");
        expect(await notice(visitor)).toBeUndefined();
      }
    });
  });

  describe(`session.flashed, ${name}`, () => {
    it("shows no message of one subject to another who logs in with the next request", async () => {
      const { visit } = setUp(mode());
      await visit((session) => {
        session.bind("eve");
        session.flash("notice", "for Eve");
      });
      const { result } = await visit((session) => {
        session.bind("grace");
        return session.flashed("notice");
      });
      expect(result).toBeUndefined();
    });
  });
}

describe("session.flash, in concurrent requests", () => {
  /** Pauses one request before its write while another runs completely. */
  async function overlap(
    actSlowly: Parameters<Visitor<Data, Messages>["visit"]>[0],
    actQuickly: Parameters<Visitor<Data, Messages>["visit"]>[0],
    before: Parameters<Visitor<Data, Messages>["visit"]>[0] = () => undefined,
  ) {
    const store = faultyStore(memoryStore());
    const visitor = setUp(serverSide(store));
    await visitor.visit((session) => session.set("theme", "dark"));
    await visitor.visit(before);
    const pause = store.pauseNext("update");
    const slow = visitor.visit(actSlowly);
    await pause.reached;
    const quick = await visitor.visit(actQuickly);
    pause.resume();
    return { visitor, slow: await slow, quick };
  }

  it("is shown once when a slower request writes data", async () => {
    const { visitor } = await overlap(
      (session) => session.set("theme", "light"),
      (session) => session.flash("notice", "saved"),
    );
    expect(await notice(visitor)).toBe("saved");
    expect(await notice(visitor)).toBeUndefined();
    expect((await visitor.visit((session) => session.get("theme"))).result).toBe("light");
  });

  it("is shown once when a faster request writes data", async () => {
    const { visitor } = await overlap(
      (session) => session.flash("notice", "saved"),
      (session) => session.set("theme", "light"),
    );
    expect(await notice(visitor)).toBe("saved");
    expect(await notice(visitor)).toBeUndefined();
  });

  it("is kept when a slower request shows an earlier message, which is not shown again", async () => {
    const { visitor, slow } = await overlap(
      (session) => session.flashed("notice"),
      (session) => session.flash("error", { field: "email" }),
      (session) => session.flash("notice", "earlier"),
    );
    expect(slow.result).toBe("earlier");
    const { result } = await visitor.visit((session) => [session.flashed("notice"), session.flashed("error")]);
    expect(result).toEqual([undefined, { field: "email" }]);
    const last = await visitor.visit((session) => [session.flashed("notice"), session.flashed("error")]);
    expect(last.result).toEqual([undefined, undefined]);
  });

  it("keeps the messages of both requests", async () => {
    const { visitor } = await overlap(
      (session) => session.flash("notice", "saved"),
      (session) => session.flash("error", { field: "email" }),
    );
    const { result } = await visitor.visit((session) => [session.flashed("notice"), session.flashed("error")]);
    expect(result).toEqual(["saved", { field: "email" }]);
  });

  it("is shown once when a slower request changes the id", async () => {
    const store = faultyStore(memoryStore());
    const visitor = setUp(serverSide(store));
    await visitor.visit((session) => session.set("theme", "dark"));
    const pause = store.pauseNext("delete");
    const login = visitor.visit((session) => session.bind("eve"));
    await pause.reached;
    await visitor.visit((session) => session.flash("notice", "saved"));
    pause.resume();
    await login;
    expect(await notice(visitor)).toBe("saved");
    expect(await notice(visitor)).toBeUndefined();
  });
});
