import {
  type CookieOptions,
  encryptedCookie,
  type Session,
  type SessionError,
  type SessionEvent,
  SessionManager,
  signedCookie,
} from "@coatcheck/core";
import { attributesOf, secret, sizeOf, visitor } from "@coatcheck/test-support";
import { fakeClock } from "@coatcheck/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Bytes of data that fill this many cookies. */
const BYTES = { 1: 1000, 2: 4000, 3: 7000, 4: 10_000 } as const;

const NAMES = ["__Host-session", "__Host-session.1", "__Host-session.2", "__Host-session.3"];

/** A random text, so that no two sessions have an equal part by chance. */
function text(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => (byte % 36).toString(36)).join("");
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf("="));
}

function isRemoval(line: string): boolean {
  return /^[^=]+=;.*; Max-Age=0$/.test(line);
}

/** The cookies of a `Cookie` header by name. */
function partsOf(header: string): Record<string, string> {
  const pairs = header === "" ? [] : header.split("; ");
  return Object.fromEntries(pairs.map((pair) => [nameOf(pair), pair.slice(pair.indexOf("=") + 1)]));
}

function headerOf(parts: Record<string, string> | (readonly [string, string])[]): string {
  const pairs = Array.isArray(parts) ? parts : Object.entries(parts);
  return pairs.map((pair) => pair.join("=")).join("; ");
}

const fill = (bytes: number) => (session: Session) => session.set("text", text(bytes));
const lengthOf = (session: Session) => String(session.get("text") ?? "").length;

for (const [name, mode] of Object.entries({ "signed cookie": signedCookie, "encrypted cookie": encryptedCookie })) {
  /** An application whose sessions may take up to four cookies. */
  function start({ secrets = secret(), chunks = 4, cookie = {} as CookieOptions, persistent = false } = {}) {
    const events: SessionEvent[] = [];
    const sessions = new SessionManager({
      mode: mode({ secrets, chunks }),
      cookie,
      persistent,
      now: fakeClock().now,
      onEvent: (event) => events.push(event),
    });

    /** The `Cookie` header of a session with this many bytes of data. */
    async function headerWith(bytes: number): Promise<string> {
      const { client, visit } = visitor(sessions);
      await visit(fill(bytes));
      return client.cookieHeader();
    }

    /** Sends a request with exactly this header. Returns the length of its data, the events and the `Set-Cookie` lines. */
    async function send(header: string, act: (session: Session) => void = () => undefined) {
      events.length = 0;
      let found: unknown;
      const request = new Request("https://localhost/", { headers: { Cookie: header } });
      const response = await sessions.handle(request, async (pending) => {
        const session = await pending;
        found = session.isNew ? "new" : lengthOf(session);
        act(session);
        return new Response(null);
      });
      const reasons = events.map((event) => (event.type === "rejected" ? event.reason : event.type));
      return { found, reasons, lines: response.headers.getSetCookie() };
    }

    return { sessions, headerWith, send, ...visitor(sessions) };
  }

  /** Expects that a request with this header starts a new session, emits one rejection and clears nothing. */
  async function rejects(app: ReturnType<typeof start>, header: string, title: string): Promise<void> {
    const { found, reasons, lines } = await app.send(header);
    expect({ found, rejections: reasons.length, lines: lines.length }, title).toEqual({
      found: "new",
      rejections: 1,
      lines: 0,
    });
    expect(["malformed", "unknown-key", "invalid-signature", "duplicate-cookie"], title).toContain(reasons[0]);
  }

  describe(`chunks, ${name}`, () => {
    for (const [count, bytes] of Object.entries(BYTES)) {
      it(`spread a session of ${bytes} bytes over ${count} of 4 cookies, and join it again`, async () => {
        const { client, visit } = start();
        const written = text(bytes);
        const { cookies } = await visit((session) => session.set("text", written));
        expect(cookies.map(nameOf)).toEqual(NAMES.slice(0, Number(count)));
        for (const line of cookies) {
          expect(sizeOf(line)).toBeLessThanOrEqual(4096);
          expect(attributesOf(line)).toEqual(["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
        }
        const { result, cookies: none } = await visit((session) => session.get("text") === written);
        expect(result).toBe(true);
        expect(none.length).toBe(0);
        expect(Object.keys(partsOf(await client.cookieHeader()))).toHaveLength(Number(count));
      });
    }

    it("SEC-33 fill each cookie up to 4096 bytes, up to four cookies", async () => {
      const app = start();
      const linesFor = async (bytes: number) => {
        const result = await app.send("", fill(bytes)).catch((error: SessionError) => error);
        return result instanceof Error ? result.code : result.lines;
      };
      for (const count of [1, 2, 3, 4]) {
        // Finds the largest session that fits in this many cookies by bisection.
        let fits = BYTES[count as 1];
        for (let step = 2048; step >= 1; step /= 2) {
          const lines = await linesFor(fits + step);
          if (typeof lines !== "string" && lines.length <= count) fits += step;
        }
        const full = await linesFor(fits);
        if (typeof full === "string") throw new Error(full);
        expect(full.length).toBe(count);
        const sizes = full.map(sizeOf);
        for (const size of sizes.slice(0, -1)) expect(size).toBe(4096);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
        // Base64 grows in steps of up to two characters, and the first part starts with the number of parts.
        expect(Math.min(...sizes)).toBeGreaterThan(4096 - 8);
        const header = full.map((line) => line.split(";")[0]).join("; ");
        expect((await app.send(header)).found).toBe(fits);
        const next = await linesFor(fits + 1);
        if (count === 4) expect(next).toBe("SESSION_TOO_LARGE");
        else expect(next.length).toBe(count + 1);
      }
    });

    it("SEC-33 keep the old session when the new one exceeds four cookies", async () => {
      const { client, visit } = start();
      await visit(fill(BYTES[3]));
      const before = await client.cookieHeader();
      await expect(visit(fill(14_000))).rejects.toMatchObject({ code: "SESSION_TOO_LARGE" });
      expect((await client.cookieHeader()) === before).toBe(true);
      expect((await visit(lengthOf)).result).toBe(BYTES[3]);
    });

    it("keep each cookie within 4096 bytes for any length of the name", async () => {
      for (const length of [1, 20, 300]) {
        const app = start({ cookie: { name: "s".repeat(length) } });
        const { lines } = await app.send("", fill(BYTES[3]));
        expect(Math.max(...lines.map(sizeOf))).toBe(4096);
        const header = lines.map((line) => line.split(";")[0]).join("; ");
        expect((await app.send(header)).found).toBe(BYTES[3]);
      }
    });

    it("SEC-32 remove the cookies that a smaller session no longer needs, with their attributes", async () => {
      for (const [from, to] of [
        [4, 1],
        [4, 3],
        [3, 2],
        [2, 1],
      ] as const) {
        const { client, visit } = start({ cookie: { sameSite: "none", partitioned: true } });
        const { cookies: set } = await visit(fill(BYTES[from]));
        const { cookies } = await visit(fill(BYTES[to]));
        expect(cookies.filter(isRemoval).map(nameOf)).toEqual(NAMES.slice(to, from));
        for (const line of cookies) expect(attributesOf(line)).toEqual(attributesOf(set[0] ?? ""));
        expect(Object.keys(partsOf(await client.cookieHeader()))).toEqual(NAMES.slice(0, to));
        expect((await visit(lengthOf)).result).toBe(BYTES[to]);
      }
    });

    it("grow again after they shrank", async () => {
      const { client, visit } = start();
      for (const count of [1, 4, 2, 3, 1, 4] as const) {
        await visit(fill(BYTES[count]));
        expect(Object.keys(partsOf(await client.cookieHeader()))).toHaveLength(count);
        expect((await visit(lengthOf)).result).toBe(BYTES[count]);
      }
    });

    it("SEC-32 remove every part at the end of the session", async () => {
      for (const end of [
        (session: Session) => session.destroy(),
        (session: Session) => session.clear(),
        (session: Session) => {
          session.delete("text");
        },
      ]) {
        for (const count of [1, 2, 3, 4] as const) {
          const { client, visit } = start();
          const { cookies: set } = await visit(fill(BYTES[count]));
          const { cookies } = await visit(end);
          expect(cookies.every(isRemoval)).toBe(true);
          for (const line of cookies) expect(attributesOf(line)).toEqual(attributesOf(set[0] ?? ""));
          expect((await client.cookieHeader()).length).toBe(0);
        }
      }
    });

    it("make every part persistent, or none", async () => {
      for (const persistent of [true, false]) {
        const { visit } = start({ persistent });
        const { cookies } = await visit(fill(BYTES[3]));
        expect(cookies.map((line) => line.includes("; Max-Age=86400"))).toEqual(Array(3).fill(persistent));
      }
    });

    it("SEC-34 replace a cookie of the application that has the name of a part", async () => {
      const { sessions } = start();
      const headers = new Headers();
      for (const line of ["__Host-session.1=mine", "a=1", "__Host-session=mine"]) headers.append("Set-Cookie", line);
      const response = await sessions.handle(new Request("https://localhost/"), async (pending) => {
        fill(BYTES[2])(await pending);
        return new Response(null, { headers });
      });
      const lines = response.headers.getSetCookie();
      expect(lines.map(nameOf)).toEqual(["a", ...NAMES.slice(0, 2)]);
      expect(lines.some((line) => line.endsWith("=mine"))).toBe(false);
    });

    it("are read in any order and between other cookies", async () => {
      const app = start();
      const parts = Object.entries(partsOf(await app.headerWith(BYTES[4])));
      for (const order of [
        parts.toReversed(),
        [...parts.slice(2), ["a", "1"] as [string, string], ...parts.slice(0, 2)],
      ]) {
        expect((await app.send(headerOf(order))).found).toBe(BYTES[4]);
      }
    });

    it("start a new session when a later part is missing or empty", async () => {
      const app = start();
      for (const count of [2, 3, 4] as const) {
        const parts = partsOf(await app.headerWith(BYTES[count]));
        for (const missing of NAMES.slice(1, count)) {
          const others = Object.entries(parts).filter(([part]) => part !== missing);
          await rejects(app, headerOf(others), `${missing} of ${count} is missing`);
          await rejects(app, headerOf({ ...parts, [missing]: "" }), `${missing} of ${count} is empty`);
        }
      }
    });

    it("start a new session when the first part is missing or empty", async () => {
      const app = start();
      const { "__Host-session": _, ...others } = partsOf(await app.headerWith(BYTES[3]));
      await rejects(app, headerOf({ "__Host-session": "", ...others }), "the first part is empty");
      await rejects(app, headerOf(others), "the first part is missing");
    });

    it("start a new session when two parts are swapped", async () => {
      const app = start();
      const parts = partsOf(await app.headerWith(BYTES[4]));
      for (const [a, b] of [
        [0, 1],
        [0, 3],
        [1, 2],
        [2, 3],
      ] as const) {
        const [one, other] = [NAMES[a] ?? "", NAMES[b] ?? ""];
        const swapped = { ...parts, [one]: parts[other] ?? "", [other]: parts[one] ?? "" };
        await rejects(app, headerOf(swapped), `${one} and ${other} swapped`);
      }
    });

    it("SEC-36 reject a later part of a __Host- cookie that is sent twice, even with equal values", async () => {
      const app = start();
      const parts = partsOf(await app.headerWith(BYTES[3]));
      for (const twice of ["__Host-session.1", "__Host-session.2"]) {
        for (const value of [parts[twice] ?? "", "planted", ""]) {
          await rejects(app, headerOf([...Object.entries(parts), [twice, value]]), `${twice} after`);
          await rejects(app, headerOf([[twice, value], ...Object.entries(parts)]), `${twice} before`);
        }
      }
    });

    it("SEC-36 read the first of several parts with the same name when it is not a __Host- name", async () => {
      const app = start({ cookie: { name: "session" } });
      const parts = Object.entries(partsOf(await app.headerWith(BYTES[3])));
      for (const part of ["session", "session.1", "session.2"]) {
        expect((await app.send(headerOf([...parts, [part, "planted"]]))).found, part).toBe(BYTES[3]);
        await rejects(app, headerOf([[part, "planted"], ...parts]), `${part} planted before`);
      }
    });

    it("SEC-36 reject the first part of a __Host- cookie that is sent twice", async () => {
      const app = start();
      const parts = partsOf(await app.headerWith(BYTES[3]));
      for (const value of [parts["__Host-session"] ?? "", "planted", ""]) {
        const { found, reasons, lines } = await app.send(
          headerOf([...Object.entries(parts), ["__Host-session", value]]),
        );
        expect({ found, reasons, lines: lines.length }).toEqual({
          found: "new",
          reasons: ["duplicate-cookie"],
          lines: 0,
        });
      }
    });

    it("start a new session when a part belongs to another session, an older version or another secret", async () => {
      const app = start();
      const { client, visit } = app;
      await visit(fill(BYTES[3]));
      const older = partsOf(await client.cookieHeader());
      await visit(fill(BYTES[3]));
      const parts = partsOf(await client.cookieHeader());
      expect((await app.send(headerOf(parts))).found).toBe(BYTES[3]);
      const foreignParts = {
        "another session": partsOf(await app.headerWith(BYTES[3])),
        "an older version": older,
        "another secret": partsOf(await start().headerWith(BYTES[3])),
      };
      for (const [whose, foreign] of Object.entries(foreignParts)) {
        for (const part of NAMES.slice(0, 3)) {
          await rejects(app, headerOf({ ...parts, [part]: foreign[part] ?? "" }), `${part} of ${whose}`);
        }
      }
    });

    it("start a new session when a part is shortened, extended, or has a wrong number of parts", async () => {
      const app = start();
      const parts = partsOf(await app.headerWith(BYTES[3]));
      for (const part of NAMES.slice(0, 3)) {
        const value = parts[part] ?? "";
        for (const changed of [value.slice(0, -1), value.slice(1), `${value}A`, `A${value}`, `${value}.A`, "%"]) {
          await rejects(app, headerOf({ ...parts, [part]: changed }), part);
        }
      }
      const head = parts["__Host-session"] ?? "";
      for (const first of "01245678 9aA~.-%") {
        await rejects(app, headerOf({ ...parts, "__Host-session": first.concat(head.slice(1)) }), first);
      }
      // A number above the limit, with as many parts as the limit allows.
      const four = partsOf(await app.headerWith(BYTES[4]));
      const most = four["__Host-session"] ?? "";
      for (const first of "56789") {
        await rejects(app, headerOf({ ...four, "__Host-session": first.concat(most.slice(1)) }), first);
      }
    });

    it("yield a session exactly when all four parts are its own and in place", async () => {
      const app = start();
      const own = Object.values(partsOf(await app.headerWith(BYTES[4])));
      const foreign = Object.values(partsOf(await app.headerWith(BYTES[4])));
      const pick = (index: number) =>
        fc.oneof(
          { weight: 8, arbitrary: fc.constant(index) },
          { weight: 1, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, -1) },
        );
      const property = fc.asyncProperty(fc.tuple(pick(0), pick(1), pick(2), pick(3)), async (picked) => {
        const values = picked.map((index) => [...own, ...foreign][index]);
        const pairs = NAMES.flatMap((part, index) => (values[index] === undefined ? [] : [`${part}=${values[index]}`]));
        const { found, lines } = await app.send(pairs.join("; "));
        expect(found).toBe(picked.join() === "0,1,2,3" ? BYTES[4] : "new");
        expect(lines.length).toBe(0);
      });
      await fc.assert(property, { numRuns: 100, examples: [[[0, 1, 2, 3]]] });
    });

    it("ignore a part of an earlier, longer session, and remove it with the next write", async () => {
      const app = start();
      const long = partsOf(await app.headerWith(BYTES[4]));
      for (const count of [1, 2, 3] as const) {
        const header = headerOf({ ...long, ...partsOf(await app.headerWith(BYTES[count])) });
        expect(await app.send(header)).toEqual({ found: BYTES[count], reasons: [], lines: [] });
        const { lines } = await app.send(header, (session) => session.set("theme", "dark"));
        expect(lines.filter(isRemoval).map(nameOf)).toEqual(NAMES.slice(count));
      }
    });

    it("remove the parts of a rejected session when a new one is written or when it is destroyed", async () => {
      const app = start();
      const { [NAMES[2] ?? ""]: _, ...broken } = partsOf(await app.headerWith(BYTES[4]));
      const { lines } = await app.send(headerOf(broken), (session) => session.set("theme", "dark"));
      expect(lines.filter(isRemoval).map(nameOf)).toEqual(["__Host-session.1", "__Host-session.3"]);
      const { lines: removals } = await app.send(headerOf(broken), (session) => session.destroy());
      expect(removals.every(isRemoval)).toBe(true);
      expect(removals.map(nameOf)).toEqual(expect.arrayContaining(Object.keys(broken)));
    });

    it("read a session in one cookie for any number of allowed chunks", async () => {
      const secrets = secret();
      const header = await start({ secrets, chunks: 4 }).headerWith(BYTES[1]);
      expect((await start({ secrets, chunks: 1 }).send(header)).found).toBe(BYTES[1]);
      const single = await start({ secrets, chunks: 1 }).headerWith(BYTES[1]);
      expect((await start({ secrets, chunks: 2 }).send(single)).found).toBe(BYTES[1]);
    });

    it("start a new session when it has more parts than the option allows", async () => {
      const secrets = secret();
      const header = await start({ secrets, chunks: 4 }).headerWith(BYTES[4]);
      for (const chunks of [1, 2, 3]) await rejects(start({ secrets, chunks }), header, `chunks: ${chunks}`);
    });

    it("accept 1 to 4 as the option, and nothing else", () => {
      const construct = (chunks: number) => new SessionManager({ mode: mode({ secrets: secret(), chunks }) });
      for (const chunks of [1, 2, 3, 4]) expect(() => construct(chunks)).not.toThrow();
      for (const chunks of [0, 5, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, "2" as unknown as number]) {
        expect(() => construct(chunks), String(chunks)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
      }
    });
  });
}
