import { type Session, type SessionEvent, SessionManager } from "@coatcheck/core";
import { modes, visitor } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

interface Data {
  cart: string[];
  theme: string;
  count: number;
  user: { name: string; tags?: string[] };
}

const data = (session: Session<Data>) => Object.fromEntries(session.entries());

for (const { name, mode } of modes()) {
  const setUp = () => {
    const clock = fakeClock();
    const events: SessionEvent[] = [];
    const sessions = new SessionManager<Data>({
      mode: mode(),
      now: clock.now,
      onEvent: (event) => events.push(event),
    });
    return { clock, events, sessions, ...visitor(sessions) };
  };

  describe(`session data, ${name}`, () => {
    it("set stores values for this request and the next", async () => {
      const { visit } = setUp();
      const { result } = await visit((session) => {
        const empty = [session.has("cart"), session.get("cart"), session.size];
        session.set("cart", ["book"]);
        session.set("count", 0);
        return [...empty, session.has("cart"), session.has("count"), session.get("cart"), session.size];
      });
      expect(result).toEqual([false, undefined, 0, true, true, ["book"], 2]);
      expect((await visit((session) => [data(session), session.has("theme")])).result).toEqual([
        { cart: ["book"], count: 0 },
        false,
      ]);
    });

    it("delete removes a key and tells whether it existed", async () => {
      const { visit } = setUp();
      await visit((session) => {
        session.set("theme", "dark");
        session.set("count", 1);
      });
      const { result } = await visit((session) => [
        session.delete("theme"),
        session.delete("theme"),
        session.has("theme"),
        session.get("theme"),
        session.size,
      ]);
      expect(result).toEqual([true, false, false, undefined, 1]);
      expect((await visit(data)).result).toEqual({ count: 1 });
    });

    it("take returns a value once", async () => {
      const { visit } = setUp();
      await visit((session) => {
        session.set("cart", ["book"]);
        session.set("count", 1);
      });
      expect((await visit((session) => [session.take("cart"), session.take("cart")])).result).toEqual([
        ["book"],
        undefined,
      ]);
      expect((await visit(data)).result).toEqual({ count: 1 });
    });

    it("update changes a value and returns the new one", async () => {
      const { visit } = setUp();
      const increment = (n = 0) => n + 1;
      const { result } = await visit((session) => [
        session.update("count", increment),
        session.update("count", increment),
      ]);
      expect(result).toEqual([1, 2]);
      expect((await visit((session) => session.update("count", increment))).result).toBe(3);
      expect((await visit(data)).result).toEqual({ count: 3 });
    });

    it("update stores a value that its function has changed in place", async () => {
      const { visit } = setUp();
      await visit((session) => session.set("cart", ["book"]));
      await visit((session) =>
        session.update("cart", (cart = []) => {
          cart.push("pen");
          return cart;
        }),
      );
      expect((await visit(data)).result).toEqual({ cart: ["book", "pen"] });
    });

    it("stores a nested change of a value that get returned", async () => {
      const { visit } = setUp();
      await visit((session) => {
        session.set("cart", ["book"]);
        session.set("user", { name: "Eve" });
      });
      await visit((session) => {
        session.get("cart")?.push("pen");
        Object.assign(session.get("user") ?? {}, { tags: ["new"] });
      });
      await visit((session) => session.get("user")?.tags?.push("seen"));
      expect((await visit(data)).result).toEqual({
        cart: ["book", "pen"],
        user: { name: "Eve", tags: ["new", "seen"] },
      });
    });

    it("stores a nested change of a value that entries returned or set received", async () => {
      const { visit } = setUp();
      await visit((session) => {
        const cart = ["book"];
        session.set("cart", cart);
        cart.push("pen");
      });
      await visit((session) => {
        for (const [key, value] of session.entries()) if (key === "cart") value.push("ink");
      });
      expect((await visit(data)).result).toEqual({ cart: ["book", "pen", "ink"] });
    });

    it("shares no objects between requests", async () => {
      const { visit } = setUp();
      const cart = ["book"];
      await visit((session) => session.set("cart", cart));
      cart.push("after the commit");
      expect((await visit((session) => session.get("cart"))).result).toEqual(["book"]);
    });

    it("sends no cookie for a new session that stays empty", async () => {
      const { visit, events } = setUp();
      for (const act of [
        (session: Session<Data>) => session.get("cart"),
        (session: Session<Data>) => session.delete("cart"),
        (session: Session<Data>) => session.clear(),
        (session: Session<Data>) => session.regenerate(),
        (session: Session<Data>) => session.destroy(),
        (session: Session<Data>) => {
          session.set("theme", "dark");
          session.delete("theme");
        },
        (session: Session<Data>) => {
          session.flash("notice", "saved");
          session.clear();
        },
      ]) {
        expect((await visit(act)).cookies).toEqual([]);
      }
      expect(events).toEqual([]);
    });

    it("SEC-32 ends the session and removes the cookie when the last key is deleted or taken", async () => {
      const removals: ((session: Session<Data>) => unknown)[] = [
        (session) => session.delete("theme"),
        (session) => session.take("theme"),
      ];
      for (const remove of removals) {
        const { client, visit, events } = setUp();
        await visit((session) => session.set("theme", "dark"));
        const { cookies } = await visit(remove);
        expect(cookies).toEqual(["__Host-session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0"]);
        expect(await client.cookieHeader()).toBe("");
        expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
      }
    });

    it("clear removes the data, the subject and the cookie", async () => {
      for (const subject of [undefined, "eve"]) {
        const { client, visit, events } = setUp();
        await visit((session) => {
          session.set("theme", "dark");
          if (subject !== undefined) session.bind(subject);
        });
        const { cookies, result } = await visit((session) => {
          session.clear();
          return [session.size, session.subject];
        });
        expect(result).toEqual([0, undefined]);
        expect(cookies).toEqual([expect.stringContaining("Max-Age=0")]);
        expect(await client.cookieHeader()).toBe("");
        expect(events.map(({ type }) => type)).toEqual(["created", "destroyed"]);
      }
    });

    it("stores what is written after clear", async () => {
      for (const subject of [undefined, "eve"]) {
        const { visit } = setUp();
        await visit((session) => {
          session.set("theme", "dark");
          session.set("count", 1);
          if (subject !== undefined) session.bind(subject);
        });
        const { cookies } = await visit((session) => {
          session.clear();
          session.set("theme", "light");
        });
        expect(cookies.filter((line) => line.includes("Max-Age=0"))).toEqual([]);
        expect((await visit((session) => [data(session), session.subject])).result).toEqual([
          { theme: "light" },
          undefined,
        ]);
      }
    });

    it("keeps a session that has a subject but no data", async () => {
      const { visit } = setUp();
      await visit((session) => {
        session.set("theme", "dark");
        session.bind("eve");
      });
      await visit((session) => session.delete("theme"));
      expect((await visit((session) => [session.subject, session.size, session.isNew])).result).toEqual([
        "eve",
        0,
        false,
      ]);
    });

    it("sends no cookie when every value equals the stored one", async () => {
      const { visit } = setUp();
      await visit((session) => {
        session.set("user", { name: "Eve", tags: ["a"] });
        session.set("count", 1);
      });
      const { cookies } = await visit((session) => {
        session.set("user", { name: "Eve", tags: ["a"] });
        session.update("count", (n) => n ?? 0);
        session.get("user")?.tags?.push("b");
        session.get("user")?.tags?.pop();
        session.set("theme", "dark");
        session.delete("theme");
        session.persistent = false;
      });
      expect(cookies).toEqual([]);
    });
  });

  describe(`session metadata, ${name}`, () => {
    it("id is undefined until the first commit and set afterwards", async () => {
      const { sessions } = setUp();
      const session = await sessions.open(new Request("https://localhost/"));
      session.set("theme", "dark");
      expect([session.id, session.isNew]).toEqual([undefined, true]);
      await sessions.commit(session, new Response());
      expect(typeof session.id).toBe("string");
      expect(session.isNew).toBe(true);
    });

    it("id stays undefined when nothing was stored", async () => {
      const { visit } = setUp();
      expect((await visit((session) => session)).result.id).toBeUndefined();
    });

    it("id stays the same from request to request and changes with regenerate and bind", async () => {
      const { visit } = setUp();
      const ids: (string | undefined)[] = [];
      for (const act of [
        (session: Session<Data>) => session.set("count", 1),
        (session: Session<Data>) => session.set("count", 2),
        (session: Session<Data>) => session.regenerate(),
        (session: Session<Data>) => session.bind("eve"),
        () => undefined,
      ]) {
        const { result: session } = await visit((session) => {
          act(session);
          return session;
        });
        ids.push(session.id);
      }
      const firstSeenAt = ids.map((id) => ids.indexOf(id));
      expect(firstSeenAt).toEqual([0, 0, 2, 3, 3]);
    });

    it("isNew, subject, createdAt, expiresAt and authenticatedAt describe the session", async () => {
      const { clock, visit } = setUp();
      const start = clock.now();
      const day = 24 * 3600 * 1000;
      const metadataOf = (session: Session<Data>) => ({
        isNew: session.isNew,
        subject: session.subject,
        createdAt: session.createdAt - start,
        expiresAt: session.expiresAt - start,
        authenticatedAt: session.authenticatedAt === undefined ? undefined : session.authenticatedAt - start,
      });
      const anonymous = { subject: undefined, createdAt: 0, expiresAt: day, authenticatedAt: undefined };
      expect((await visit(metadataOf)).result).toEqual({ isNew: true, ...anonymous });
      await visit((session) => session.set("theme", "dark"));
      clock.advance(60);
      expect((await visit(metadataOf)).result).toEqual({ isNew: false, ...anonymous });
      const { result: session } = await visit((session) => {
        session.bind("eve");
        return session;
      });
      const bound = { isNew: false, subject: "eve", createdAt: 0, expiresAt: day + 60_000, authenticatedAt: 60_000 };
      expect(metadataOf(session)).toEqual(bound);
      clock.advance(60);
      expect((await visit(metadataOf)).result).toEqual(bound);
    });

    it("destroy resets all of it", async () => {
      const { clock, visit } = setUp();
      await visit((session) => {
        session.set("theme", "dark");
        session.bind("eve");
      });
      clock.advance(60);
      const { result } = await visit((session) => {
        session.destroy();
        return [
          session.id,
          session.isNew,
          session.subject,
          session.authenticatedAt,
          session.size,
          session.createdAt === clock.now(),
        ];
      });
      expect(result).toEqual([undefined, true, undefined, undefined, 0, true]);
    });
  });
}
