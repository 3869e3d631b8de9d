import { fileURLToPath } from "node:url";
import { wrongVisits } from "@coatcheck/engines";
import { type RunningWorker, readWranglerConfig, startWorker } from "@coatcheck/engines/worker";
import { type Browser, browser } from "@coatcheck/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker(folder);
});
beforeEach(() => worker.query("DB", "delete from sessions"));
afterAll(() => worker?.stop());

const newVisitor = (): Browser => browser({ origin: worker.url });

async function visits(visitor: Browser): Promise<unknown> {
  return (await visitor.visit("/")).json();
}

async function countRows(): Promise<unknown> {
  const [row] = await worker.query("DB", "select count(*) as count from sessions");
  return row?.["count"];
}

/** A form that is sent up to its first field, and completed when `held` resolves. */
function heldForm(page: number, held: Promise<void>): RequestInit {
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode("page="));
      await held;
      controller.enqueue(new TextEncoder().encode(String(page)));
      controller.close();
    },
  });
  // Node requires this option for a streamed body, but TypeScript's RequestInit does not have it.
  const duplex = { duplex: "half" };
  return { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" }, ...duplex };
}

describe("examples/workers-d1", () => {
  it("answers as its README shows", async (test) => {
    const wrong = await wrongVisits(new URL("../README.md", import.meta.url), worker.url);
    expect(wrong ?? test.skip("curl is not installed")).toEqual([]);
  });

  it("remembers each visitor from one request to the next", async () => {
    const [one, other] = [newVisitor(), newVisitor()];
    for (const visitor of [one, one, other]) await visitor.submit("/visit", { page: "about" });
    expect(await visits(one)).toMatchObject({ visits: 2 });
    expect(await visits(other)).toMatchObject({ visits: 1 });
    expect(await countRows()).toBe(2);
  });

  it("counts all of 20 visits that have read the session before the first one writes it", async () => {
    const visitor = newVisitor();
    await visitor.submit("/visit", { page: "about" });
    const held = Promise.withResolvers<void>();
    const answers = Array.from({ length: 20 }, (_, index) => visitor.fetch("/visit", heldForm(index, held.promise)));
    // The worker awaits the session before the form. When it has answered this request, it waits for the 20 forms.
    await visits(visitor);
    held.resolve();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([303]));
    expect(await visits(visitor)).toMatchObject({ visits: 21 });
  });

  it("rejects a copy of the cookie after the logout", async () => {
    const visitor = newVisitor();
    await visitor.submit("/visit", { page: "about" });
    const thief = await visitor.clone();
    expect(await visits(thief)).toMatchObject({ visits: 1 });
    await visitor.submit("/leave", {});
    expect(await visitor.cookieHeader()).toBe("");
    expect(await visits(thief)).toMatchObject({ visits: 0 });
    expect(await countRows()).toBe(0);
  });

  it("removes expired sessions when the cron trigger fires, and no others", async () => {
    expect(readWranglerConfig(folder).triggers?.crons).toHaveLength(1);
    await newVisitor().submit("/visit", { page: "about" });
    await worker.schedule(new Date());
    expect(await countRows()).toBe(1);
    // The idle timeout is a day. The sweep uses the time of its event.
    await worker.schedule(new Date(Date.now() + 25 * 3600 * 1000));
    expect(await countRows()).toBe(0);
  });

  it("sets a cookie with HttpOnly, Secure and SameSite=Lax", async () => {
    const [cookie = "", ...others] = (
      await newVisitor().fetch("/visit", { method: "POST", body: new URLSearchParams({ page: "about" }) })
    ).headers.getSetCookie();
    expect(others).toEqual([]);
    const [value, ...attributes] = cookie.split("; ");
    expect(value?.startsWith("__Host-session=")).toBe(true);
    expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]));
  });
});
