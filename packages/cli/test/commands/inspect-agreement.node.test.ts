import {
  encryptedCookie,
  memoryStore,
  SessionManager,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { cookieLines } from "../support/cookies.ts";
import { inProcess } from "../support/run-coatcheck.ts";

const NAME = "__Host-session";
const SECRET = secret();
const sealed = { secrets: SECRET, chunks: 4 };
/** Enough for two cookies, and no two bytes of it are alike for long. */
const BIG = { text: Array.from({ length: 1200 }, (_, index) => index.toString(36)).join(" ") };

const modes: Readonly<Record<string, { mode: SessionMode; data?: Record<string, string> }>> = {
  signed: { mode: signedCookie(sealed) },
  encrypted: { mode: encryptedCookie(sealed) },
  "signed, in two parts": { mode: signedCookie(sealed), data: BIG },
  "server-side with signed ids": { mode: serverSide(memoryStore(), { secrets: SECRET }) },
};

/** What a Cookie header may have around and instead of the cookies of a session. */
const headers: Readonly<Record<string, (pairs: readonly string[], value: string) => string>> = {
  "as it was set": (pairs) => pairs.join("; "),
  "in another order": (pairs) => pairs.toReversed().join(";"),
  "after a cookie without a name": (pairs) => `=evil; ${pairs.join("; ")}`,
  "before a cookie without anything": (pairs) => `${pairs.join("; ")}; =`,
  "beside one that U+00A0 is in front of": (pairs) => `\u00a0${NAME}=evil; ${pairs.join("; ")}`,
  "beside an empty one of its name": (pairs) => `${NAME}=; ${pairs.join("; ")}`,
  "beside one of its name that is not ASCII": (pairs) => `${pairs.join("; ")}; ${NAME}=\u00e9`,
  twice: (pairs) => [...pairs, ...pairs].join("; "),
  "with blanks around it": (pairs) => pairs.map((pair) => pair.replace("=", "\t = ")).join(" ; "),
  "with U+00A0 behind it": (pairs) => `${pairs.join("; ")}\u00a0`,
  "with a letter of another alphabet in it": (_, value) => `${NAME}=${value.slice(0, 9)}\u0436${value.slice(9)}`,
  "in quotes": (_, value) => `${NAME}="${value}"`,
  "with a space in it": (_, value) => `${NAME}=${value.slice(0, 9)} ${value.slice(9)}`,
  "cut off": (_, value) => `${NAME}=${value.slice(0, -5)}`,
  "without its first part": (pairs, value) => [`${NAME}.1=${value.slice(0, 20)}`, ...pairs.slice(1)].join("; "),
};

describe("coatcheck inspect and the library", () => {
  for (const [mode, { mode: kept, data = {} }] of Object.entries(modes)) {
    it(`SEC-36 are of one opinion on a cookie, ${mode}, whatever is around it`, async () => {
      const lines = await cookieLines(kept, { data });
      const pairs = lines.map((line) => line.slice(0, line.indexOf(";")));
      const value = pairs[0]?.slice(NAME.length + 1) ?? "";
      for (const [how, toHeader] of Object.entries(headers)) {
        const header = toHeader(pairs, value);
        const theirs = await opinionOfLibrary(kept, header);
        expect(`${how}: ${await opinionOfCommand(kept.name, header)}`).toBe(`${how}: ${theirs}`);
      }
    });
  }

  it("take no more than a moment for a megabyte of blanks", async () => {
    const started = performance.now();
    await inProcess(["inspect", "--json"], { stdin: `Cookie: a=b${" ".repeat(1_000_000)}c; ${NAME}=x` });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

/** The header's bytes as a server hands them on: a character each. */
async function opinionOfLibrary(mode: SessionMode, header: string): Promise<string> {
  const Cookie = Buffer.from(header).toString("latin1");
  let reason: string | undefined;
  const onEvent = (event: { type: string; reason?: string }): void => {
    if (event.type === "rejected") reason = event.reason;
  };
  const sessions = new SessionManager({ mode, cookie: { name: NAME }, onEvent });
  const session = await sessions.open(new Request("https://localhost/", { headers: { Cookie } }));
  return reason ?? (session.isNew ? "no cookie" : "honoured");
}

/** Of a session whose store it is not told, that it needs to be: the rest was in order. */
async function opinionOfCommand(mode: SessionMode["name"], header: string): Promise<string> {
  const args = ["inspect", "--json", "--mode", mode, "--name", NAME, "--env", "SECRET"];
  const { stdout, stderr } = await inProcess(args, { stdin: `Cookie: ${header}\r\n`, env: { SECRET } });
  if (stdout === "") {
    const { code } = JSON.parse(stderr).error;
    return ["COOKIE_NOT_FOUND", "BAD_COOKIE"].includes(code) ? "no cookie" : code;
  }
  const { answer, reason, missing } = JSON.parse(stdout).verdict;
  return missing?.startsWith("the store") ? "honoured" : (reason ?? answer);
}
