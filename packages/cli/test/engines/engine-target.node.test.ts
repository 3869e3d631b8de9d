import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ESCAPED_PASSWORD, failToList, failureOf, PASSWORD } from "../support/failures.ts";
import { inProcess } from "../support/run-coatcheck.ts";

const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

const list = (url: string, cwd = folder) => failToList(url, cwd);

describe("coatcheck with a URL", () => {
  it("lists the supported schemes if the scheme is unknown", async () => {
    for (const url of ["mongodb://localhost/shop", "http://localhost", "localhost:6379", "sessions.txt", ""]) {
      const { status, code, message } = await list(url);
      expect([status, code], url).toEqual([2, "BAD_URL"]);
      expect(message).toContain("postgres://, postgresql://, mysql://, mariadb://, redis://, rediss://, sqlite:path");
    }
  });

  it("SEC-41 says how to escape a URL that cannot be parsed, and does not quote it", async () => {
    const { code, message } = await list(`postgres://eve:${PASSWORD}@127.0.0.1/shop`);
    expect(code).toBe("BAD_URL");
    expect(message).toContain("%23");
  });

  it("ignores whitespace around it, which files of variables with CRLF contain", async () => {
    const { message } = await list(" redis://127.0.0.1:1\r\n");
    expect(message).toContain("Redis at 127.0.0.1:1 cannot be reached");
    expect(await list(" sqlite:blank.db ")).toMatchObject({
      message: expect.stringContaining("no SQLite file blank.db."),
    });
  });

  it("rejects parameters in the URL of a file, which would become part of the file's name", async () => {
    for (const url of [
      "sqlite:shop.db?mode=ro",
      "file:./shop.db?connection_limit=1",
      "file:///tmp/shop.db?cache=shared",
    ]) {
      expect(failureOf(await inProcess(["migrate", "up", "--url", url, "--json"], { cwd: folder }))).toMatchObject({
        status: 2,
        code: "BAD_URL",
      });
    }
    expect(existsSync(join(folder, "shop.db?mode=ro"))).toBe(false);
    expect(await list("file://elsewhere/shop.db")).toMatchObject({ code: "MISSING_FILE" });
  });

  it("accepts a PostgreSQL URL with a socket, and reports a missing socket", async () => {
    const { code, message } = await list(`postgres://eve:${ESCAPED_PASSWORD}@/shop?host=/nowhere`, process.cwd());
    expect([code, message.includes("the socket does not exist")]).toEqual(["ENGINE_UNREACHABLE", true]);
    expect((await list("postgres://eve:mine@/own@127.0.0.1/shop")).code).toBe("BAD_URL");
  });

  it("is required, and ambiguous if the environment has two", async () => {
    const run = (env: Readonly<Record<string, string>>) =>
      inProcess(["sessions", "list", "--subject", "eve", "--json"], { env }).then(failureOf);
    expect(await run({})).toMatchObject({
      status: 2,
      code: "NO_URL",
      message: expect.stringContaining("DATABASE_URL"),
    });
    const both = await run({ DATABASE_URL: "a.db", REDIS_URL: "redis://127.0.0.1:1" });
    expect(both).toMatchObject({ status: 2, code: "NO_URL", message: expect.stringContaining("Both") });
    expect(await run({ REDIS_URL: "redis://127.0.0.1:1" })).toMatchObject({ code: "ENGINE_UNREACHABLE" });
  });
});
