import { encryptedCookie, memoryStore, type RejectReason, serverSide, signedCookie } from "@coatcheck/core";
import { rejectionExplanations } from "@coatcheck/inspector/cookie";
import { modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { type App, setUp, type Visitor } from "../support/app-with-inspector.ts";
import { textOf, verdictIn } from "../support/page-text.ts";

/** A visitor with a session. */
async function logIn({ visitor }: App): Promise<Visitor> {
  const eve = visitor();
  await eve.visit((session) => session.bind("eve"));
  return eve;
}

/** Changes the cookie in the browser. */
async function replaceCookie({ client }: Visitor, change: (value: string) => string): Promise<void> {
  const header = await client.cookieHeader();
  const value = change(header.slice(header.indexOf("=") + 1));
  await client.setCookie(`__Host-session=${value}; Path=/; Secure; HttpOnly`);
}

/** Expects the reason and its explanation on the page. */
async function expectExplanation(eve: Visitor, reason: RejectReason): Promise<string> {
  const page = await eve.page();
  expect(verdictIn(page)).toBe(`rejected: ${reason}`);
  const { meaning, causes, fix } = rejectionExplanations[reason];
  const text = textOf(page);
  for (const words of [meaning, ...causes, fix]) expect(text).toContain(words);
  return text;
}

describe("the page about a rejected cookie", () => {
  it("explains duplicate-cookie", async () => {
    const setting = setUp({ mode: serverSide(memoryStore()) });
    const eve = await logIn(setting);
    const cookie = await eve.client.cookieHeader();
    const headers = { Cookie: `${cookie}; ${cookie}` };
    const page = await (await setting.inspect(new Request("https://localhost/inspector", { headers }))).text();
    expect(verdictIn(page)).toBe("rejected: duplicate-cookie");
    expect(textOf(page)).toContain(rejectionExplanations["duplicate-cookie"].meaning);
    expect(textOf(page)).toContain("The request carries it 2 times.");
    expect(textOf(page)).not.toContain("Together");
    expect(page.includes(cookie)).toBe(false);
  });

  for (const { name, mode } of modes()) {
    it(`explains malformed: ${name}`, async () => {
      const eve = await logIn(setUp({ mode: mode() }));
      await replaceCookie(eve, () => "something-else-entirely");
      const text = await expectExplanation(eve, "malformed");
      expect(text).toContain("does not have a form that coatcheck issues: 23 characters in 1 part");
      expect(text).not.toContain("something-else");
    });

    it(`explains expired: ${name}`, async () => {
      const setting = setUp({ mode: mode(), lifetime: { idle: 60 } });
      const eve = await logIn(setting);
      setting.clock.advance(61);
      const text = await expectExplanation(eve, "expired");
      expect(text).toMatch(/Idle end \S+ \S+ UTC 1 second ago/);
    });
  }

  for (const { name, mode } of modesWithSecrets()) {
    it(`explains unknown-key: ${name}`, async () => {
      const setting = setUp({ mode: mode() });
      const eve = await logIn(setting);
      setting.redeploy({ mode: mode() });
      expect(await expectExplanation(eve, "unknown-key")).toContain(", from no secret in the list");
    });

    it(`explains invalid-signature: ${name}`, async () => {
      const eve = await logIn(setUp({ mode: mode() }));
      // The last character but one of the signature or the tag, because the last one has spare bits.
      await replaceCookie(eve, (value) =>
        value.replace(/.(.)$/, (two, end: string) => `${two.startsWith("A") ? "B" : "A"}${end}`),
      );
      await expectExplanation(eve, "invalid-signature");
    });
  }

  it("explains not-found, with the event that ended the session", async () => {
    const setting = setUp({ mode: serverSide(memoryStore()) });
    const eve = await logIn(setting);
    await setting.sessions.revokeAll("eve");
    const adam = setting.visitor();
    await adam.visit((session) => session.bind("adam"));
    const ids = await setting.sessions.list("adam");
    const copy = await adam.client.clone();
    await setting.sessions.revoke(ids[0]?.id ?? "");
    await expectExplanation(eve, "not-found");
    const text = textOf(await (await copy.fetch("/inspector")).text());
    expect(text).toContain("The store has no session under the key of this cookie");
    expect(text).toContain("The session was revoked.");
  });

  for (const sealed of [signedCookie, encryptedCookie]) {
    it(`explains revoked: ${sealed.name}`, async () => {
      const setting = setUp({ mode: sealed({ secrets: secret(), revocations: memoryStore() }) });
      const eve = await logIn(setting);
      const thief = await eve.client.clone();
      await eve.visit((session) => session.destroy());
      const page = await (await thief.fetch("/inspector")).text();
      expect(verdictIn(page)).toBe("rejected: revoked");
      expect(textOf(page)).toContain(rejectionExplanations.revoked.meaning);
      // Without decrypting it, the inspector does not know which session an encrypted cookie belongs to.
      expect(textOf(page).includes("The session was ended.")).toBe(sealed === signedCookie);
    });
  }

  it("explains invalid-data, with the data that the schema rejected", async () => {
    const mode = serverSide(memoryStore());
    const setting = setUp({ mode });
    const eve = setting.visitor();
    await eve.visit((session) => session.set("theme", "purple"));
    const issues = [{ message: "theme must be light or dark" }];
    setting.redeploy({ mode, schema: { "~standard": { version: 1, vendor: "test", validate: () => ({ issues }) } } });
    expect(await expectExplanation(eve, "invalid-data")).toContain('Data { "theme": "purple" }');
  });

  it("has an explanation for every reason, in whole sentences", () => {
    const explanations = Object.entries(rejectionExplanations);
    expect(explanations).toHaveLength(8);
    for (const [, { meaning, causes, fix }] of explanations) {
      for (const sentence of [meaning, ...causes, fix]) expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(causes.length).toBeGreaterThan(0);
    }
  });
});
