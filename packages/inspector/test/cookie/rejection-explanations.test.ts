import { encryptedCookie, memoryStore, type RejectReason, serverSide, signedCookie } from "@coatcheck/core";
import { rejectionLessons } from "@coatcheck/inspector/cookie";
import { modes, modesWithSecrets, secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { type Setting, setUp, textOf, type Visitor, verdictIn } from "../support/app-with-inspector.ts";

/** A visitor with a session. */
async function arrive({ visitor }: Setting): Promise<Visitor> {
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

/** The page says why, and teaches it. */
async function expectLesson(eve: Visitor, reason: RejectReason): Promise<string> {
  const page = await eve.page();
  expect(verdictIn(page)).toBe(`rejected: ${reason}`);
  const { what, causes, mend } = rejectionLessons[reason];
  const text = textOf(page);
  for (const words of [what, ...causes, mend]) expect(text).toContain(words);
  return text;
}

describe("the lesson of a cookie that is not honoured", () => {
  it("duplicate-cookie", async () => {
    const setting = setUp({ mode: serverSide(memoryStore()) });
    const eve = await arrive(setting);
    const cookie = await eve.client.cookieHeader();
    const headers = { Cookie: `${cookie}; ${cookie}` };
    const page = await (await setting.inspect(new Request("https://localhost/inspector", { headers }))).text();
    expect(verdictIn(page)).toBe("rejected: duplicate-cookie");
    expect(textOf(page)).toContain(rejectionLessons["duplicate-cookie"].what);
    expect(textOf(page)).toContain("It came 2 times.");
    expect(textOf(page)).not.toContain("Together");
    expect(page.includes(cookie)).toBe(false);
  });

  for (const { name, mode } of modes()) {
    it(`malformed, ${name}`, async () => {
      const eve = await arrive(setUp({ mode: mode() }));
      await replaceCookie(eve, () => "something-else-entirely");
      const text = await expectLesson(eve, "malformed");
      expect(text).toContain("not of a form that coatcheck issues: 23 characters in 1 part");
      expect(text).not.toContain("something-else");
    });

    it(`expired, ${name}`, async () => {
      const setting = setUp({ mode: mode(), lifetime: { idle: 60 } });
      const eve = await arrive(setting);
      setting.clock.advance(61);
      const text = await expectLesson(eve, "expired");
      expect(text).toMatch(/Idle end \S+ \S+ UTC 1 second ago/);
    });
  }

  for (const { name, mode } of modesWithSecrets()) {
    it(`unknown-key, ${name}`, async () => {
      const setting = setUp({ mode: mode() });
      const eve = await arrive(setting);
      setting.redeploy({ mode: mode() });
      expect(await expectLesson(eve, "unknown-key")).toContain(", of no secret in the list");
    });

    it(`invalid-signature, ${name}`, async () => {
      const eve = await arrive(setUp({ mode: mode() }));
      // The last character but one of the signature or the tag; the last one has spare bits.
      await replaceCookie(eve, (value) =>
        value.replace(/.(.)$/, (two, end: string) => `${two.startsWith("A") ? "B" : "A"}${end}`),
      );
      await expectLesson(eve, "invalid-signature");
    });
  }

  it("not-found, with what happened to the session", async () => {
    const setting = setUp({ mode: serverSide(memoryStore()) });
    const eve = await arrive(setting);
    await setting.sessions.revokeAll("eve");
    const adam = setting.visitor();
    await adam.visit((session) => session.bind("adam"));
    const ids = await setting.sessions.list("adam");
    const copy = await adam.client.clone();
    await setting.sessions.revoke(ids[0]?.id ?? "");
    await expectLesson(eve, "not-found");
    const text = textOf(await (await copy.fetch("/inspector")).text());
    expect(text).toContain("Nothing under the key of this cookie");
    expect(text).toContain("The session was revoked.");
  });

  for (const sealed of [signedCookie, encryptedCookie]) {
    it(`revoked, ${sealed.name}`, async () => {
      const setting = setUp({ mode: sealed({ secrets: secret(), revocations: memoryStore() }) });
      const eve = await arrive(setting);
      const thief = await eve.client.clone();
      await eve.visit((session) => session.destroy());
      const page = await (await thief.fetch("/inspector")).text();
      expect(verdictIn(page)).toBe("rejected: revoked");
      expect(textOf(page)).toContain(rejectionLessons.revoked.what);
      // What an encrypted cookie is about, only the server knows, and it does not look.
      expect(textOf(page).includes("The session was ended.")).toBe(sealed === signedCookie);
    });
  }

  it("invalid-data, with the data that the schema refused", async () => {
    const mode = serverSide(memoryStore());
    const setting = setUp({ mode });
    const eve = setting.visitor();
    await eve.visit((session) => session.set("theme", "purple"));
    const issues = [{ message: "theme must be light or dark" }];
    setting.redeploy({ mode, schema: { "~standard": { version: 1, vendor: "test", validate: () => ({ issues }) } } });
    expect(await expectLesson(eve, "invalid-data")).toContain('Data { "theme": "purple" }');
  });

  it("there is one for every reason, with something to do", () => {
    const lessons = Object.entries(rejectionLessons);
    expect(lessons).toHaveLength(8);
    for (const [, { what, causes, mend }] of lessons) {
      for (const words of [what, ...causes, mend]) expect(words).toMatch(/^[A-Z].*\.$/);
      expect(causes.length).toBeGreaterThan(0);
    }
  });
});
