import { encryptedCookie, memoryStore, type SessionStore, serverSide, signedCookie } from "@coatcheck/core";
import { keyRing } from "@coatcheck/core/toolkit";
import { cookieModes, cookieValueOf, modes, modesWithSecrets, requestWith, secret } from "@coatcheck/test-support";
import { EncryptJWT, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { application, dataOf } from "../peers/application.ts";

/** The data of the session of a request with this `Cookie` header. */
async function readWith(
  { sessions }: Pick<ReturnType<typeof application>, "sessions">,
  cookie: string,
): Promise<Record<string, unknown>> {
  return dataOf(await sessions.open(requestWith(cookie)));
}

describe("CVE-2025-47278: the oldest key signed, Flask", () => {
  describe.each(modesWithSecrets())("$name", ({ site }) => {
    it("signs or encrypts with the first secret only", async () => {
      const mode = site();
      const [first, second, third] = [secret(), secret(), secret()];
      const eve = application({ mode: mode([first, second, third]) }).newVisitor();
      await eve.visit((session) => session.set("name", "eve"));
      const cookie = await eve.client.cookieHeader();
      expect(await readWith(application({ mode: mode(first) }), cookie)).toEqual({ name: "eve" });
      for (const older of [second, third, [third, second]]) {
        expect(await readWith(application({ mode: mode(older) }), cookie)).toEqual({});
      }
    });
  });
});

describe("CVE-2026-39410: a cookie prefix behind a no-break space, hono", () => {
  /** Names that `String.prototype.trim`, or a parser for RFC 2109, would read as `__Host-session`. */
  const disguises = [
    ...["\u00a0", "\u0085", "\u000b", "\u000c", "\u1680", "\u2000", "\u2028", "\u3000", "\ufeff"].flatMap((blank) => [
      `${blank}__Host-session`,
      `__Host-session${blank}`,
      ` ${blank}\t__Host-session`,
    ]),
    '"__Host-session"',
    "$__Host-session",
    "%5F%5FHost-session",
    "__Host-session[]",
    "__HOST-session",
  ];
  describe.each(modes())("$name", ({ mode }) => {
    it("does not read a cookie that a subdomain can set as the __Host- cookie", async () => {
      const app = application({ mode: mode() });
      const [mallory, eve] = [app.newVisitor(), app.newVisitor()];
      await mallory.visit((session) => session.set("name", "mallory"));
      await eve.visit((session) => session.set("name", "eve"));
      const [forged, real] = [await mallory.client.cookieHeader(), await eve.client.cookieHeader()];
      const value = forged.slice(forged.indexOf("=") + 1);
      for (const disguise of disguises) {
        const planted = `${disguise}=${value}`;
        expect(await readWith(app, planted), JSON.stringify(disguise)).toEqual({});
        expect(await readWith(app, `${planted}; ${real}`), JSON.stringify(disguise)).toEqual({ name: "eve" });
        expect(await readWith(app, `${real}; ${planted}`), JSON.stringify(disguise)).toEqual({ name: "eve" });
      }
      expect(await readWith(app, `$Version=1; x="a; ${forged}"; ${real}`)).toEqual({});
    });
  });
});

describe("CVE-2025-61686: path traversal by a session id, React Router", () => {
  /** A careless store over files: it resolves each key as a path. */
  function fileStore() {
    const rows = memoryStore();
    const touched: string[] = [];
    const toPath = (key: string): string => {
      const { pathname } = new URL(key, "file:///app/sessions/");
      touched.push(pathname);
      return pathname;
    };
    const store: SessionStore = {
      traits: rows.traits,
      load: (key) => rows.load(toPath(key)),
      create: (key, session) => rows.create(toPath(key), session),
      update: (key, session, version) => rows.update(toPath(key), session, version),
      touch: (key, expiresAt) => rows.touch(toPath(key), expiresAt),
      delete: (key, version) => rows.delete(toPath(key), version),
    };
    return { store, touched, rows };
  }

  const ids = [
    "../secrets/admin.json",
    "..%2fsecrets%2fadmin.json",
    "/app/secrets/admin.json",
    "file:///app/secrets/admin.json",
    "....//secrets/admin.json",
    "..\\secrets\\admin.json",
    "%2e%2e/secrets/admin.json",
    `../secrets/admin.json${"/.".repeat(11)}`,
    `${"./".repeat(11)}../secrets/admin.json`,
    "../secrets/admin.json\0",
  ];

  describe.each([{ kind: "plain ids" }, { kind: "signed ids", secrets: secret() }])(
    "$kind",
    ({ kind: _, ...options }) => {
      it("reads, writes and deletes nothing outside the store for an id from a cookie", async () => {
        const { store, touched, rows } = fileStore();
        const app = application({ mode: serverSide(store, options) });
        const data = JSON.stringify({ d: { name: "admin" } });
        const { clock } = app;
        const row = { data, version: 1, createdAt: clock.now(), expiresAt: clock.now() + 1e9 };
        await rows.create("/app/secrets/admin.json", row);
        for (const id of ids) {
          expect(await readWith(app, `__Host-session=${id}`), id).toEqual({});
          const pending = app.sessions.open(requestWith(`__Host-session=${id}`));
          (await pending).destroy();
          await app.sessions.commit(pending, new Response());
          const writing = app.sessions.open(requestWith(`__Host-session=${id}`));
          (await writing).set("name", "mallory");
          await app.sessions.commit(writing, new Response());
          expect(await app.sessions.revoke(id), id).toBe(false);
        }
        expect(touched.filter((path) => !/^\/app\/sessions\/[\w-]{43}$/.test(path))).toEqual([]);
        expect(touched).toHaveLength(ids.length);
        expect(await rows.load("/app/secrets/admin.json")).toEqual(row);
      });
    },
  );
});

describe("GHSA-q5pr-72pq-83v3: a number of chunks from the client, h3", () => {
  const claims = ["999999999~x", "9~x", "4294967295~x", "1e9~x", "__chunked__999999999", "0x7fffffff~x", "-1~x", "5~x"];
  describe.each([1, 4])("chunks: %d", (chunks) => {
    describe.each([
      { name: "signed cookie", mode: signedCookie },
      { name: "encrypted cookie", mode: encryptedCookie },
    ])("$name", ({ mode }) => {
      it("reads, sets and clears no more chunks than the option allows, whatever the cookie claims", async () => {
        const { sessions, events } = application({ mode: mode({ secrets: secret(), chunks }) });
        for (const claim of claims) {
          const parts = Array.from({ length: 300 }, (_, index) => `__Host-session.${index}=x`);
          const header = [`__Host-session=${claim}`, ...parts].join("; ");
          const reading = sessions.open(requestWith(header));
          expect(dataOf(await reading), claim).toEqual({});
          expect((await sessions.commit(reading, new Response())).headers.getSetCookie(), claim).toEqual([]);
          for (const act of ["destroy", "regenerate", "clear"] as const) {
            const pending = sessions.open(requestWith(header));
            const session = await pending;
            session[act]();
            if (act === "regenerate") session.set("name", "mallory");
            const { headers } = await sessions.commit(pending, new Response());
            expect(headers.getSetCookie().length, claim).toBeLessThanOrEqual(chunks);
          }
        }
        expect(events.filter(({ type }) => type === "rejected").length).toBe(claims.length * 4);
      });
    });
  });
});

describe("CVE-2023-48309: a token of another purpose accepted as a session, next-auth", () => {
  describe.each(modesWithSecrets())("$name", ({ name, mode, site }) => {
    it("rejects a token of an unfinished login under the same secret", async () => {
      const secrets = secret();
      const mode = site();
      const session = application({ mode: mode(secrets) });
      for (const cookieName of [
        "__Host-oauth",
        "__Host-session.1",
        "__Host-session-state",
        "session",
        "__Host-Session",
      ]) {
        const oauth = application({ mode: mode(secrets), cookie: { name: cookieName } });
        const { cookies } = await oauth.newVisitor().visit((state) => {
          state.bind("mallory");
          state.set("code_verifier", "pkce");
        });
        const foreign = await session.sessions.open(requestWith(`__Host-session=${cookieValueOf(cookies[0])}`));
        expect([foreign.isNew, foreign.subject, dataOf(foreign)], cookieName).toEqual([true, undefined, {}]);
      }
    });

    it("rejects a token of another mode under the same secret", async () => {
      const secrets = secret();
      const session = application({ mode: mode(secrets) });
      for (const other of modesWithSecrets().filter((candidate) => candidate.name !== name)) {
        const { cookies } = await application({ mode: other.mode(secrets) })
          .newVisitor()
          .visit((state) => state.bind("mallory"));
        const foreign = await session.sessions.open(requestWith(`__Host-session=${cookieValueOf(cookies[0])}`));
        expect([foreign.isNew, foreign.subject], other.name).toEqual([true, undefined]);
      }
    });
  });

  describe.each(cookieModes())("$name", ({ mode }) => {
    it("rejects a JWT that was made with the secret itself", async () => {
      const secrets = secret();
      const app = application({ mode: mode(secrets) });
      const key = new TextEncoder().encode(secrets);
      const claims = { sub: "mallory", id: "x", v: 1, crt: app.clock.now(), exp: 4e12, c: { d: { name: "mallory" } } };
      const tokens = [
        await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(key),
        await new EncryptJWT(claims).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(key.slice(0, 32)),
      ];
      for (const token of tokens) {
        const foreign = await app.sessions.open(requestWith(`__Host-session=${token}`));
        expect([foreign.isNew, foreign.subject]).toEqual([true, undefined]);
      }
    });
  });

  it("rejects a token whose key was derived from the same secret for another purpose", async () => {
    const secrets = secret();
    const app = application({ mode: signedCookie({ secrets }) });
    const now = app.clock.now();
    const claims = { id: "x", v: 1, iat: now, exp: now + 60_000, crt: now, sub: "mallory", c: { d: {} } };
    const subjects = [];
    for (const purpose of ["oauth-state", "session-signed"]) {
      const algorithm = { name: "HMAC", hash: "SHA-256", length: 256 };
      const usages = ["sign" as const];
      const binding = { purpose, cookieName: "__Host-session", algorithm, usages, prefix: (kid: string) => kid };
      const [{ prefix: kid, key }] = await keyRing([secrets], binding)();
      const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid }).sign(key);
      subjects.push((await app.sessions.open(requestWith(`__Host-session=${token}`))).subject);
    }
    // The second token has the purpose of sessions. So the first was rejected for its purpose only.
    expect(subjects).toEqual([undefined, "mallory"]);
  });
});

describe("CVE-2023-27524: published default secrets, Superset", () => {
  const shipped = [
    "\u0002\u0001thisismyscretkey\u0001\u0002\\e\\y\\y\\h",
    "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
    "thisISaSECRET_1234",
    "TEST_NON_DEV_SECRET",
    "YOUR_OWN_RANDOM_GENERATED_SECRET_KEY",
    "a secret with minimum length of 32 characters",
    "averylogphrasebiggerthanthirtytwochars",
    "c292a0a3aa32397cdb050e233733900f",
  ];
  describe.each(modesWithSecrets())("$name", ({ mode }) => {
    it("rejects a secret that a project has published in its default configuration", () => {
      for (const known of shipped) {
        for (const secrets of [known, [secret(), known]]) {
          expect(() => mode(secrets), known).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
        }
      }
    });

    it("rejects a missing secret instead of generating one", () => {
      expect(() => mode("")).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
      expect(() => mode([])).toThrow(expect.objectContaining({ code: "WEAK_SECRET" }));
    });
  });
});
