import { fileURLToPath } from "node:url";
import { wrongVisits } from "@coatcheck/engines";
import { type RunningWorker, readWranglerConfig, startWorker } from "@coatcheck/engines/worker";
import { type Browser, browser } from "@coatcheck/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

let worker: RunningWorker;
beforeEach(async () => {
  worker = await startWorker(folder);
});
afterEach(() => worker?.stop());

const visitor = (): Browser => browser({ origin: worker.url });

async function visits(somebody: Browser): Promise<unknown> {
  return (await somebody.visit("/")).json();
}

/** A form whose first bytes are sent, and whose last ones are held back. */
function heldForm(page: number, held: Promise<void>): RequestInit {
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode("page="));
      await held;
      controller.enqueue(new TextEncoder().encode(String(page)));
      controller.close();
    },
  });
  // Not in TypeScript's RequestInit, and asked for by Node when a body is a stream.
  const duplex = { duplex: "half" };
  return { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" }, ...duplex };
}

async function rows(): Promise<unknown> {
  const [row] = await worker.query("DB", "select count(*) as count from sessions");
  return row?.["count"];
}

describe("sessions in Cloudflare D1", () => {
  it("answer what the README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), worker.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("are remembered from one request to the next, each visitor's own", async () => {
    const [one, other] = [visitor(), visitor()];
    for (const somebody of [one, one, other]) await somebody.submit("/visit", { page: "about" });
    expect(await visits(one)).toMatchObject({ visits: 2 });
    expect(await visits(other)).toMatchObject({ visits: 1 });
    expect(await rows()).toBe(2);
  });

  it("count 20 visits that have all read the session before one of them writes it", async () => {
    const somebody = visitor();
    await somebody.submit("/visit", { page: "about" });
    const held = Promise.withResolvers<void>();
    const answers = Array.from({ length: 20 }, (_, index) => somebody.fetch("/visit", heldForm(index, held.promise)));
    // The worker awaits the session before the form. Once it has answered this it has come to the forms of the others.
    await visits(somebody);
    held.resolve();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([303]));
    expect(await visits(somebody)).toMatchObject({ visits: 21 });
  });

  it("end at a logout, for a copy of the cookie too", async () => {
    const somebody = visitor();
    await somebody.submit("/visit", { page: "about" });
    const thief = await somebody.clone();
    expect(await visits(thief)).toMatchObject({ visits: 1 });
    await somebody.submit("/leave", {});
    expect(await somebody.cookieHeader()).toBe("");
    expect(await visits(thief)).toMatchObject({ visits: 0 });
    expect(await rows()).toBe(0);
  });

  it("are removed by the cron trigger once they have expired, and not before", async () => {
    expect(readWranglerConfig(folder).triggers?.crons).toHaveLength(1);
    await visitor().submit("/visit", { page: "about" });
    await worker.schedule(new Date());
    expect(await rows()).toBe(1);
    // The idle timeout is a day; the sweep goes by the time of its event.
    await worker.schedule(new Date(Date.now() + 25 * 3600 * 1000));
    expect(await rows()).toBe(0);
  });

  it("come with a cookie that scripts, plain http and other sites do not get", async () => {
    const [cookie = "", ...others] = (
      await visitor().fetch("/visit", { method: "POST", body: new URLSearchParams({ page: "about" }) })
    ).headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split("; ");
    expect(value?.startsWith("__Host-session=")).toBe(true);
    expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]));
  });
});
