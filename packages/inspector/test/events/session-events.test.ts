import { memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { modes, secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { setUp, type Visitor } from "../support/app-with-inspector.ts";
import { textOf } from "../support/page-text.ts";

/** The types of the events on the page, newest first. */
async function listed(eve: Visitor): Promise<string[]> {
  const list = /<ol id="list"[\s\S]*?<\/ol>/.exec(await eve.page())?.[0] ?? "";
  return [...list.matchAll(/<li><code>([\w-]+)<\/code>/g)].map(([, type = ""]) => type);
}

for (const { name, mode } of modes()) {
  describe(`the events on the page with ${name}`, () => {
    it("include those under the session's former ids, and leave out those of other sessions", async () => {
      const { visitor, clock } = setUp({ mode: mode() });
      const [eve, adam] = [visitor(), visitor()];
      await eve.visit((session) => session.set("cart", []));
      await adam.visit((session) => session.set("cart", []));
      clock.advance(90);
      await eve.visit((session) => session.regenerate());
      await adam.visit((session) => session.bind("adam"));
      await eve.visit((session) => session.bind("eve"));
      await adam.visit((session) => session.destroy());
      expect(await listed(eve)).toEqual(["regenerated", "regenerated", "created"]);
      expect(textOf(await eve.page())).toContain("2026-01-01 00:00:00 UTC 1 minute ago");
      expect(await listed(adam)).toEqual([]);
    });

    it("do not include those of the previous subject", async () => {
      const { visitor } = setUp({ mode: mode() });
      const eve = visitor();
      await eve.visit((session) => session.bind("adam"));
      await eve.visit((session) => session.bind("eve"));
      expect(await listed(eve)).toEqual(["created"]);
    });
  });
}

describe("the events on the page", () => {
  it("include a revocation of the session's own subject only", async () => {
    const setting = setUp({ mode: serverSide(memoryStore()) });
    const [eve, adam] = [setting.visitor(), setting.visitor()];
    await eve.visit((session) => session.bind("eve"));
    await adam.visit((session) => session.bind("adam"));
    let id: string | undefined;
    await eve.visit((session) => {
      id = session.id;
    });
    await setting.sessions.revokeAll("eve", { except: id });
    expect(await listed(eve)).toEqual(["revoked", "created"]);
    expect(await listed(adam)).toEqual(["created"]);
    expect(await listed(setting.visitor())).toEqual([]);
  });

  it("show only the reason of rejected cookies of other browsers", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const [eve, mallory] = [visitor(), visitor()];
    await mallory.client.setCookie("__Host-session=made-up; Path=/; Secure");
    await mallory.visit(() => undefined);
    const text = textOf(await eve.page());
    expect(text).toContain(
      "rejected The cookie of a request was rejected (malformed). The request may come from any browser.",
    );
    expect(text).not.toContain("made-up");
  });

  it("are not caused by the page itself", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.client.setCookie("__Host-session=made-up; Path=/; Secure");
    await eve.page();
    expect(await listed(eve)).toEqual([]);
  });

  it("are the latest ones, and forged cookies do not push them out", async () => {
    const { visitor } = setUp({ mode: signedCookie({ secrets: secret() }) });
    const [eve, mallory] = [visitor(), visitor()];
    await eve.visit((session) => session.set("cart", []));
    await mallory.client.setCookie("__Host-session=made-up; Path=/; Secure");
    for (let request = 0; request < 600; request++) await mallory.visit(() => undefined);
    const types = await listed(eve);
    expect(types).toHaveLength(51);
    expect(types.at(-1)).toBe("created");
    for (let request = 0; request < 500; request++) await eve.visit((session) => session.regenerate());
    const later = await listed(eve);
    expect(later.filter((type) => type === "regenerated")).toHaveLength(500);
    expect(later).not.toContain("created");
  });

  it("have an explanation each", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.visit((session) => session.update("visits", () => 1));
    const other = await eve.client.clone();
    // Another request writes to the session while this one is running.
    await eve.visit(async (session) => {
      session.update("visits", (count) => Number(count) + 1);
      await eve.visit((later) => later.update("visits", (count) => Number(count) + 1));
    });
    await eve.visit(async (session) => {
      session.set("lost", true);
      await eve.visit((later) => later.regenerate());
    });
    const text = textOf(await eve.page());
    expect(text).toContain("conflict-retried Another request wrote first");
    expect(text).toContain("write-dropped The session ended while a request was running.");
    expect(text).toContain("regenerated The session got a new id");
    // The old cookie is rejected with a reason.
    expect(textOf(await (await other.fetch("/inspector")).text())).toContain("rejected: not-found");
  });
});
