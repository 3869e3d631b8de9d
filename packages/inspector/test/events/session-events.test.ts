import { memoryStore, serverSide, signedCookie } from "@coatcheck/core";
import { modes, secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { setUp, textOf, type Visitor } from "../support/app-with-inspector.ts";

/** The events on the page, the latest first. */
async function listed(eve: Visitor): Promise<string[]> {
  const list = /<ol id="list"[\s\S]*?<\/ol>/.exec(await eve.page())?.[0] ?? "";
  return [...list.matchAll(/<li><code>([\w-]+)<\/code>/g)].map(([, type = ""]) => type);
}

for (const { name, mode } of modes()) {
  describe(`the events on the page, ${name}`, () => {
    it("go back through the ids that the session had, and leave out those of others", async () => {
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

    it("do not go back to the subject before", async () => {
      const { visitor } = setUp({ mode: mode() });
      const eve = visitor();
      await eve.visit((session) => session.bind("adam"));
      await eve.visit((session) => session.bind("eve"));
      expect(await listed(eve)).toEqual(["created"]);
    });
  });
}

describe("the events on the page", () => {
  it("tell of a revocation by subject, if it is the session's own", async () => {
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

  it("tell of rejected cookies of others no more than the reason", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const [eve, mallory] = [visitor(), visitor()];
    await mallory.client.setCookie("__Host-session=made-up; Path=/; Secure");
    await mallory.visit(() => undefined);
    const text = textOf(await eve.page());
    expect(text).toContain(
      "rejected A request to this server, whoever sent it: its cookie was not honoured (malformed).",
    );
    expect(text).not.toContain("made-up");
  });

  it("are not made by looking", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.client.setCookie("__Host-session=made-up; Path=/; Secure");
    await eve.page();
    expect(await listed(eve)).toEqual([]);
  });

  it("are the last ones, and not pushed out by bogus cookies", async () => {
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

  it("say what each of them means", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.visit((session) => session.update("visits", () => 1));
    const other = await eve.client.clone();
    // While this request holds the session, another one writes to it.
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
    expect(text).toContain("write-dropped The session ended while a request ran.");
    expect(text).toContain("regenerated The session was given a new id");
    // The cookie from before is dead, and says why.
    expect(textOf(await (await other.fetch("/inspector")).text())).toContain("rejected: not-found");
  });
});
