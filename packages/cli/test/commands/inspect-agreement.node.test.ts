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
/** Large enough for two cookies, without long repetitions. */
const BIG = { text: Array.from({ length: 1200 }, (_, index) => index.toString(36)).join(" ") };

const modes: Readonly<Record<string, { mode: SessionMode; data?: Record<string, string> }>> = {
  signed: { mode: signedCookie(sealed) },
  encrypted: { mode: encryptedCookie(sealed) },
  "signed, in two chunks": { mode: signedCookie(sealed), data: BIG },
  "server-side with signed ids": { mode: serverSide(memoryStore(), { secrets: SECRET }) },
};

/** Cookie headers with the cookies of a session among other things, or with damaged ones. */
const headers: Readonly<Record<string, (pairs: readonly string[], value: string) => string>> = {
  unchanged: (pairs) => pairs.join("; "),
  "in another order": (pairs) => pairs.toReversed().join(";"),
  "after a cookie without a name": (pairs) => `=evil; ${pairs.join("; ")}`,
  "before a cookie without name and value": (pairs) => `${pairs.join("; ")}; =`,
  "beside one whose name begins with U+00A0": (pairs) => `\u00a0${NAME}=evil; ${pairs.join("; ")}`,
  "beside an empty one of the same name": (pairs) => `${NAME}=; ${pairs.join("; ")}`,
  "beside one of the same name that is not ASCII": (pairs) => `${pairs.join("; ")}; ${NAME}=\u00e9`,
  twice: (pairs) => [...pairs, ...pairs].join("; "),
  "with blanks around it": (pairs) => pairs.map((pair) => pair.replace("=", "\t = ")).join(" ; "),
  "followed by U+00A0": (pairs) => `${pairs.join("; ")}\u00a0`,
  "with a Cyrillic letter in it": (_, value) => `${NAME}=${value.slice(0, 9)}\u0436${value.slice(9)}`,
  "in quotes": (_, value) => `${NAME}="${value}"`,
  "with a space in it": (_, value) => `${NAME}=${value.slice(0, 9)} ${value.slice(9)}`,
  "cut off": (_, value) => `${NAME}=${value.slice(0, -5)}`,
  "without its first chunk": (pairs, value) => [`${NAME}.1=${value.slice(0, 20)}`, ...pairs.slice(1)].join("; "),
};

describe("coatcheck inspect and the library", () => {
  for (const [mode, { mode: issuer, data = {} }] of Object.entries(modes)) {
    it(`SEC-36 give the same verdict on any Cookie header: ${mode}`, async () => {
      const lines = await cookieLines(issuer, { data });
      const pairs = lines.map((line) => line.slice(0, line.indexOf(";")));
      const value = pairs[0]?.slice(NAME.length + 1) ?? "";
      for (const [how, toHeader] of Object.entries(headers)) {
        const header = toHeader(pairs, value);
        const expected = await verdictOfLibrary(issuer, header);
        expect(`${how}: ${await verdictOfCommand(issuer.name, header)}`).toBe(`${how}: ${expected}`);
      }
    });
  }

  it("need little time for a megabyte of spaces", async () => {
    const started = performance.now();
    await inProcess(["inspect", "--json"], { stdin: `Cookie: a=b${" ".repeat(1_000_000)}c; ${NAME}=x` });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

/** A server passes the bytes of a header on as one character each. */
async function verdictOfLibrary(mode: SessionMode, header: string): Promise<string> {
  const Cookie = Buffer.from(header).toString("latin1");
  let reason: string | undefined;
  const onEvent = (event: { type: string; reason?: string }): void => {
    if (event.type === "rejected") reason = event.reason;
  };
  const sessions = new SessionManager({ mode, cookie: { name: NAME }, onEvent });
  const session = await sessions.open(new Request("https://localhost/", { headers: { Cookie } }));
  return reason ?? (session.isNew ? "no cookie" : "accepted");
}

/** Without a store, the command cannot accept a server-side session. If only the store is missing, the cookie is good. */
async function verdictOfCommand(mode: SessionMode["name"], header: string): Promise<string> {
  const args = ["inspect", "--json", "--mode", mode, "--name", NAME, "--env", "SECRET"];
  const { stdout, stderr } = await inProcess(args, { stdin: `Cookie: ${header}\r\n`, env: { SECRET } });
  if (stdout === "") {
    const { code } = JSON.parse(stderr).error;
    return ["COOKIE_NOT_FOUND", "BAD_COOKIE"].includes(code) ? "no cookie" : code;
  }
  const { answer, reason, missing } = JSON.parse(stdout).verdict;
  return missing?.startsWith("the store") ? "accepted" : (reason ?? answer);
}
