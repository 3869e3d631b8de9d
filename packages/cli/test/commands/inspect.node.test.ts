import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encryptedCookie, memoryStore, type SessionMode, serverSide, signedCookie } from "@coatcheck/core";
import { openStore } from "@coatcheck/engines/open-store";
import { secret } from "@coatcheck/test-support";
import { afterAll, describe, expect, it } from "vitest";
import { cookieLines, SUBJECT, valueIn } from "../support/cookies.ts";
import { coatcheck, inProcess, type Run, type RunOptions } from "../support/run-coatcheck.ts";

const SECRET = secret();
const env = { SESSION_SECRET: SECRET };
const DAY = 24 * 3600 * 1000;

const sealed = { signed: signedCookie({ secrets: SECRET }), encrypted: encryptedCookie({ secrets: SECRET }) };

const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function inspect(stdin: string, args: readonly string[] = [], options: RunOptions = { env }) {
  const { status, stdout, stderr } = await inProcess(["inspect", "--json", ...args], { ...options, stdin });
  return { status, stderr, document: stdout === "" ? undefined : JSON.parse(stdout) };
}

/** `accepted`, `undecided`, or the reason of the rejection. */
async function verdict(stdin: string, args: readonly string[] = [], options: RunOptions = { env }): Promise<string> {
  const { document } = await inspect(stdin, args, options);
  return document.verdict.reason ?? document.verdict.answer;
}

for (const [name, mode] of Object.entries(sealed)) {
  describe(`coatcheck inspect of a cookie that is ${name}`, () => {
    it("shows its content, and accepts it", async () => {
      const now = Date.now();
      const { status, document } = await inspect(valueIn(await cookieLines(mode, { now })));
      expect(status).toBe(0);
      expect(document).toMatchObject({
        name: "__Host-session",
        form: name,
        kid: expect.stringMatching(/^[\w-]{8}$/),
        needsReissue: false,
        session: {
          subject: SUBJECT,
          data: { cart: ["a book"] },
          flash: [{ key: "notice", message: "Welcome" }],
          createdAt: new Date(now).toISOString(),
          authenticatedAt: new Date(now).toISOString(),
          expiresAt: new Date(now + DAY).toISOString(),
        },
        verdict: { answer: "accepted" },
      });
      const [{ bytes, limit }] = document.cookies;
      expect(limit).toBe(4096);
      expect(bytes).toBeLessThan(500);
    });

    it("finds it in everything that may be pasted", async () => {
      const lines = await cookieLines(mode);
      const pair = `__Host-session=${valueIn(lines)}`;
      for (const text of [
        valueIn(lines),
        `${valueIn(lines)}\n`,
        pair,
        `theme=dark; ${pair}; lang=en`,
        `Cookie: theme=dark; ${pair}`,
        `Set-Cookie: ${lines[0]}`,
        lines[0] ?? "",
        `HTTP/2 200\r\ncontent-type: text/html\r\nset-cookie: theme=dark; Path=/\r\nset-cookie: ${lines[0]}\r\n`,
        `> GET / HTTP/1.1\n> Cookie: ${pair}\n`,
      ]) {
        expect(await verdict(text)).toBe("accepted");
      }
      const asArgument = await inProcess(["inspect", pair, "--json"], { env });
      expect(JSON.parse(asArgument.stdout).verdict).toEqual({ answer: "accepted" });
      const { document } = await inspect(`Set-Cookie: ${lines[0]}`);
      expect(document.attributes).toEqual(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]);
    });

    it("prefers the last cookie that a response sets to the one in its request", async () => {
      const [sent, set] = [await cookieLines(mode), await cookieLines(mode)];
      const { document } = await inspect(
        [
          `> Cookie: theme=dark; __Host-session=${valueIn(sent)}`,
          "< HTTP/1.1 200 OK",
          `< Set-Cookie: __Host-session=${flipped(valueIn(set))}; Path=/; Secure`,
          `< Set-Cookie: ${set[0]}`,
          "< Set-Cookie: __Host-session.1=; Path=/; Secure; Max-Age=0",
        ].join("\r\n"),
      );
      const expected = await inspect(valueIn(set));
      expect(document.verdict).toEqual({ answer: "accepted" });
      expect(document.session.id === expected.document.session.id).toBe(true);
      expect(document.attributes).toContain("SameSite=Lax");
    });

    it("finds a single cookie of any name, and needs the name if there are several", async () => {
      const pair = `sid=${valueIn(await cookieLines(mode, { name: "sid" }))}`;
      expect(await verdict(pair)).toBe("accepted");
      expect(await verdict(`theme=dark; ${pair}`, ["--name", "sid"])).toBe("accepted");
      // Keys are bound to the name.
      expect(await verdict(pair.slice(4), ["--name", "other"])).toBe("unknown-key");
      const several = await inspect(`theme=dark; ${pair}`);
      expect(several.status).toBe(2);
      expect(JSON.parse(several.stderr).error).toMatchObject({
        code: "COOKIE_NOT_FOUND",
        message: expect.stringContaining("The input has: theme, sid."),
      });
    });

    it("joins its chunks, and rejects it if one is missing", async () => {
      const options = { secrets: SECRET, chunks: 3 };
      const mode = name === "signed" ? signedCookie(options) : encryptedCookie(options);
      const letter = Array.from({ length: 8_000 }, (_, index) => index % 10).join("");
      const lines = await cookieLines(mode, { data: { letter } });
      const pairs = lines.map((line) => line.split(";")[0]);
      const { document } = await inspect(lines.map((line) => `Set-Cookie: ${line}`).join("\n"));
      expect(document.verdict).toEqual({ answer: "accepted" });
      expect(document.session.data.letter).toBe(letter);
      expect(document.cookies).toHaveLength(3);
      expect(document.cookies[0].bytes).toBe(4096);
      expect(await verdict(`Cookie: ${pairs.toReversed().join("; ")}`)).toBe("accepted");
      const partly = await inspect(`Cookie: ${pairs[0]}; ${pairs[2]}`);
      expect(partly.document).toMatchObject({ form: "unknown", verdict: { reason: "malformed" } });
    });

    it("says why it is rejected", async () => {
      const now = Date.now();
      const value = valueIn(await cookieLines(mode, { now }));
      const other = name === "signed" ? "encrypted" : "signed";
      const at = (later: number): RunOptions => ({ env, now: now + later });
      expect(await verdict(value, [], { env: { SESSION_SECRET: secret() } })).toBe("unknown-key");
      expect(await verdict(flipped(value))).toBe("invalid-signature");
      expect(await verdict(value.slice(0, -5))).toBe("malformed");
      expect(await verdict(value, ["--mode", other])).toBe("malformed");
      expect(await verdict(value, ["--mode", "server"])).toBe("malformed");
      expect(await verdict(value, [], at(DAY - 1))).toBe("accepted");
      expect(await verdict(value, [], at(DAY))).toBe("expired");
      expect(await verdict(value, ["--absolute", "60"], at(61_000))).toBe("expired");
      expect(await verdict(`Cookie: __Host-session=${value}; __Host-session=${value}`)).toBe("duplicate-cookie");
      const { status, document } = await inspect(value, [], at(DAY));
      expect(status).toBe(1);
      // An expired cookie has verified, so its content can be shown.
      expect(document.session.data).toEqual({ cart: ["a book"] });
      expect(document.verdict.explanation.meaning).toContain("timeout");
    });

    it("accepts it with an older secret, from a variable or a file", async () => {
      const value = valueIn(await cookieLines(mode));
      const variables = { NEW: secret(), OLD: SECRET, SESSION_SECRET: secret() };
      const { document } = await inspect(value, ["--env", "NEW", "--env", "OLD"], { env: variables });
      expect(document).toMatchObject({ needsReissue: true, verdict: { answer: "accepted" } });
      writeFileSync(join(folder, "secrets.txt"), `${variables.NEW}\n${SECRET}\n`);
      const options = { env: variables, cwd: folder };
      expect(await verdict(value, ["--secret-file", "secrets.txt"], options)).toBe("accepted");
      for (const args of [
        ["--env", "NONE"],
        ["--secret-file", "none.txt"],
      ]) {
        expect((await inspect(value, args, options)).stderr).toContain('"NO_SECRET"');
      }
      expect((await inspect(value, ["--env", "WEAK"], { env: { WEAK: "hunter2" } })).stderr).toContain('"WEAK_SECRET"');
    });
  });
}

describe("coatcheck inspect without a secret", () => {
  it("shows the content of a signed cookie, which anyone can read, and does not accept it", async () => {
    const value = valueIn(await cookieLines(sealed.signed));
    const { status, stdout } = await inProcess(["inspect"], { stdin: value });
    expect(status).toBe(0);
    expect(stdout).toContain("anyone who has the cookie can read it");
    expect(stdout).toContain("a book");
    expect(stdout).toContain("undecided: needs the secret");
  });

  it("shows the header of an encrypted cookie", async () => {
    const { document } = await inspect(valueIn(await cookieLines(sealed.encrypted)), [], {});
    expect(document).toMatchObject({ form: "encrypted", kid: expect.any(String), verdict: { answer: "undecided" } });
    expect(document.session).toBeUndefined();
  });

  it("rejects a cookie that says itself that it has expired", async () => {
    const value = valueIn(await cookieLines(sealed.signed, { now: Date.now() - 2 * DAY }));
    const { status, stdout } = await inProcess(["inspect"], { stdin: value });
    expect(status).toBe(1);
    expect(stdout).toContain("rejected: expired (its signature was not verified)");
  });

  it("rejects values that no mode issues", async () => {
    for (const value of ["hunter2", "a.b.c", "a.b.c.d.e", `${"x".repeat(43)}.short.sig`]) {
      expect(await verdict(value, [], {})).toBe("malformed");
    }
  });
});

describe("coatcheck inspect of an id", () => {
  const modes: Readonly<Record<string, SessionMode>> = {
    plain: serverSide(memoryStore()),
    signed: serverSide(memoryStore(), { secrets: SECRET }),
  };

  it("shows the key of the session in the store, and not the id", async () => {
    for (const mode of Object.values(modes)) {
      const value = valueIn(await cookieLines(mode));
      const { status, stdout } = await inProcess(["inspect"], { stdin: value, env });
      expect(status).toBe(0);
      expect(stdout).toContain("undecided: needs the store");
      expect(stdout.includes(value.slice(0, 43))).toBe(false);
    }
  });

  it("verifies its signature", async () => {
    const value = valueIn(await cookieLines(modes["signed"] as SessionMode));
    expect(await verdict(value)).toBe("undecided");
    expect(await verdict(value, [], { env: { SESSION_SECRET: secret() } })).toBe("unknown-key");
    expect(await verdict(flipped(value))).toBe("invalid-signature");
    expect((await inProcess(["inspect"], { stdin: value })).stdout).toContain(
      "needs the secret that ids are signed with",
    );
  });

  it("rejects a signed id without the secret if its session is no longer in the store", async () => {
    const file = join(folder, "sessions.db");
    const opened = await openStore("sqlite", file);
    const value = valueIn(await cookieLines(serverSide(opened.store, { secrets: SECRET })));
    const there = await inspect(value, ["--url", file], {});
    expect(there.document).toMatchObject({ session: { subject: SUBJECT }, verdict: { answer: "undecided" } });
    expect(await verdict(value, ["--url", file])).toBe("accepted");
    await opened.store.delete(there.document.session.id);
    const gone = await inspect(value, ["--url", file], {});
    expect(gone).toMatchObject({ status: 1, document: { verdict: { reason: "not-found", unverified: true } } });
    expect(await verdict(value, ["--url", file])).toBe("not-found");
    await opened.close();
  });

  it("requires a signature only if an option names secrets", async () => {
    const value = valueIn(await cookieLines(modes["plain"] as SessionMode));
    expect(await verdict(value, ["--env", "SESSION_SECRET"])).toBe("malformed");
    expect(await verdict(value)).toBe("undecided");
  });

  it("accepts an id that begins with a dash", async () => {
    const value = `-${"x".repeat(41)}A`;
    const { status, stdout, stderr } = await coatcheck(["inspect", value]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("server-side");
  });
});

describe("the output of coatcheck inspect", () => {
  it("SEC-41 contains no secret, no session id and no signature, not even in errors", async () => {
    const runs: Run[] = [];
    const hidden: string[] = [SECRET];
    for (const mode of [
      sealed.signed,
      sealed.encrypted,
      serverSide(memoryStore()),
      serverSide(memoryStore(), { secrets: SECRET }),
    ]) {
      const value = valueIn(await cookieLines(mode));
      hidden.push(value, value.split(".").at(-1) ?? "");
      for (const json of [[], ["--json"]]) {
        const given = { env, stdin: value };
        runs.push(await inProcess(["inspect", ...json], given));
        runs.push(await inProcess(["inspect", ...json, "--mode", "server"], given));
        runs.push(await inProcess(["inspect", ...json, "--name", "other"], { env, stdin: `a=b; sid=${value}` }));
        runs.push(await inProcess(["inspect", ...json, value, value], { env }));
        runs.push(await inProcess([value, ...json], { env }));
        runs.push(await inProcess(["inspect", ...json], { env, stdin: `${value} ${value}` }));
      }
    }
    const printed = runs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
    expect(printed.length).toBeGreaterThan(5_000);
    expect(hidden.filter((text) => printed.includes(text))).toHaveLength(0);
  });

  it("escapes control characters in the data of the cookie", async () => {
    const evil = "\u001b]0;owned\u0007\u009b31m\u202e";
    const value = valueIn(await cookieLines(sealed.signed, { data: { evil } }));
    for (const json of [[], ["--json"]]) {
      const { stdout } = await inProcess(["inspect", ...json], { stdin: value });
      expect(/[\p{Cc}\p{Cf}]/u.test(stdout.replaceAll("\n", ""))).toBe(false);
    }
    expect((await inspect(value, [], {})).document.session.data.evil).toBe(evil);
  });

  it("is an error if the input is not a cookie", async () => {
    for (const text of ["", "\n\n", "two words", "__Host-session=", "one\ntwo", "é=é"]) {
      const { status, stderr } = await inspect(text);
      expect([status, JSON.parse(stderr).error.code], text).toEqual([2, "BAD_COOKIE"]);
    }
  });
});

/** The same value with one changed character, so that only the signature is wrong. */
function flipped(value: string): string {
  const at = value.length - 10;
  return value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1);
}
