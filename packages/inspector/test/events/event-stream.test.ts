import { memoryStore, serverSide } from "@coatcheck/core";
import { modes } from "@coatcheck/test-support";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type EventReader, type Message, setUp } from "../support/app-with-inspector.ts";

/** The types of the events in the next messages, the opening message included. `undefined` at the end. */
async function typesOf(reader: EventReader): Promise<string[] | undefined> {
  return (await reader.messages())?.flatMap(toTypes);
}

function toTypes({ event, data }: Message): string[] {
  const events = event === "opening" ? (data as Opening).events : [data as EventDescription];
  return events.map(({ type }) => type);
}

interface Opening {
  readonly revision: string;
  readonly events: readonly EventDescription[];
}

interface EventDescription {
  readonly type: string;
}

for (const { name, mode } of modes()) {
  describe(`the event stream with ${name}`, () => {
    it("sends past events, then new ones, and follows the session to its new id", async () => {
      const { visitor } = setUp({ mode: mode() });
      const [eve, adam] = [visitor(), visitor()];
      await eve.visit((session) => session.set("cart", []));
      const first = await eve.stream();
      expect(first.response.headers.get("Content-Type")).toBe("text/event-stream");
      expect(await typesOf(first)).toEqual(["created"]);

      await adam.visit((session) => session.bind("adam"));
      await adam.visit((session) => session.regenerate());
      await eve.visit((session) => session.bind("eve"));
      expect(await typesOf(first)).toEqual(["regenerated"]);
      // A browser then reconnects, with its new cookie.
      expect(await typesOf(first)).toBeUndefined();

      const second = await eve.stream();
      expect(await typesOf(second)).toEqual(["created", "regenerated"]);
      await adam.visit((session) => session.destroy());
      await eve.visit((session) => session.destroy());
      expect(await typesOf(second)).toEqual(["destroyed"]);
      expect(await typesOf(second)).toBeUndefined();
    });

    it("does not reveal later ids to the holder of an old cookie", async () => {
      const { visitor } = setUp({ mode: mode() });
      const eve = visitor();
      await eve.visit((session) => session.set("cart", []));
      const thief = await eve.client.clone();
      await eve.visit((session) => session.bind("eve"));
      await eve.visit((session) => session.regenerate());
      const text = await firstOf(await thief.fetch("/inspector?events"));
      // Only the first of the two new ids, which replaced the session of the cookie. The session of an encrypted cookie that
      // was revoked is not known, so none of its events are sent.
      const isUnknown = name === "encrypted cookie with revocations";
      expect(text.match(/"regenerated"/g) ?? []).toHaveLength(isUnknown ? 0 : 1);
    });
  });
}

async function firstOf(response: Response): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

describe("the event stream", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("sends the retry time and the revision of the page", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    const revision = async () => /data-revision="([^"]+)"/.exec(await eve.page())?.[1];
    const before = await revision();
    const reader = await eve.stream();
    const text = await reader.text();
    expect(text).toBe(`retry: 1000\nevent: opening\ndata: {"revision":"${before}","events":[]}\n\n`);
    await reader.close();
    await eve.visit((session) => session.set("cart", []));
    const after = await revision();
    expect(after).not.toBe(before);
    const second = await eve.stream();
    const [message] = (await second.messages()) ?? [];
    expect(message).toMatchObject({ event: "opening", data: { revision: after } });
    await second.close();
  });

  it("sends a comment every five seconds while nothing happens, and ends after a minute", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    const reader = await eve.stream();
    await reader.text();
    const comments: (string | undefined)[] = [];
    for (let turn = 0; turn < 13; turn++) {
      const text = reader.text();
      await vi.advanceTimersByTimeAsync(5000);
      comments.push(await text);
    }
    expect(comments).toEqual([...Array(12).fill(": nothing new\n\n"), undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends after five seconds without an accepted cookie, so that a login in another tab is noticed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    const reader = await eve.stream();
    await reader.text();
    await eve.visit((session) => session.bind("eve"));
    const comment = reader.text();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await comment).toBe(": nothing new\n\n");
    expect(await reader.text()).toBeUndefined();
    const second = await eve.stream();
    expect(await typesOf(second)).toEqual(["created"]);
    // Otherwise its timer would count in the next test.
    await second.close();
  });

  it("ends when the browser disconnects, and leaves no timer and no listener", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { visitor, inspect } = setUp({ mode: serverSide(memoryStore()) });
    const cancelled = await visitor().stream();
    await cancelled.text();
    const waiting = cancelled.text();
    await vi.advanceTimersByTimeAsync(400);
    expect(vi.getTimerCount()).toBe(1);
    await cancelled.close();
    expect(await waiting).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);

    const { signal, abort, listeners } = countedSignal();
    const request = { url: "https://localhost/inspector?events", method: "GET", headers: new Headers(), signal };
    const reader = ((await inspect(request as Request)).body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const end = reader.read();
    await vi.advanceTimersByTimeAsync(400);
    expect([vi.getTimerCount(), listeners()]).toEqual([1, 1]);
    abort();
    expect(await end).toEqual({ done: true, value: undefined });
    expect([vi.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  it("ends at once for a request that was aborted before the response", async () => {
    const { inspect } = setUp({ mode: serverSide(memoryStore()) });
    const signal = AbortSignal.abort();
    const request = { url: "https://localhost/inspector?events", method: "GET", headers: new Headers(), signal };
    const reader = ((await inspect(request as Request)).body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    expect((await reader.read()).done).toBe(true);
  });

  it("runs no timer for a browser that does not read", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const response = await visitor().client.fetch("/inspector?events");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await vi.advanceTimersByTimeAsync(400);
    expect(vi.getTimerCount()).toBe(0);
    await reader.cancel();
  });
});

/** A signal that counts its listeners. */
function countedSignal(): { signal: AbortSignal; abort: () => void; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  const listening = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<AbortSignal["addEventListener"]>) => {
    listening.add(args[1]);
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<AbortSignal["removeEventListener"]>) => {
    listening.delete(args[1]);
    removeEventListener.apply(signal, args);
  };
  return { signal, abort: () => controller.abort(), listeners: () => listening.size };
}
