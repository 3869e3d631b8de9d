import { memoryStore, serverSide } from "@coatcheck/core";
import { modes } from "@coatcheck/test-support";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type EventReader, type Message, setUp } from "../support/app-with-inspector.ts";

/** The types of the events of the next messages, of the opening one too; `undefined` at the end. */
async function typesOf(reader: EventReader): Promise<string[] | undefined> {
  return (await reader.messages())?.flatMap(toTypes);
}

function toTypes({ event, data }: Message): string[] {
  const told = event === "opening" ? (data as Opening).events : [data as EventWords];
  return told.map(({ type }) => type);
}

interface Opening {
  readonly standing: string;
  readonly events: readonly EventWords[];
}

interface EventWords {
  readonly type: string;
}

for (const { name, mode } of modes()) {
  describe(`the stream of events, ${name}`, () => {
    it("begins with what was, goes on with what is, and follows the session to its new id", async () => {
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
      // A browser comes again by itself, with the cookie that it now has.
      expect(await typesOf(first)).toBeUndefined();

      const second = await eve.stream();
      expect(await typesOf(second)).toEqual(["created", "regenerated"]);
      await adam.visit((session) => session.destroy());
      await eve.visit((session) => session.destroy());
      expect(await typesOf(second)).toEqual(["destroyed"]);
      expect(await typesOf(second)).toBeUndefined();
    });

    it("does not lead whoever has a cookie from before to the id that came after", async () => {
      const { visitor } = setUp({ mode: mode() });
      const eve = visitor();
      await eve.visit((session) => session.set("cart", []));
      const thief = await eve.client.clone();
      await eve.visit((session) => session.bind("eve"));
      await eve.visit((session) => session.regenerate());
      const text = await firstOf(await thief.fetch("/inspector?events"));
      // Of the two new ids the first one only, which ended the one that the cookie is about. Who cannot be told what an
      // encrypted cookie that was revoked is about is told of none.
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

describe("the stream of events", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("tells the browser when to come again, and what its cookie is worth", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    const standing = async () => /data-standing="([^"]+)"/.exec(await eve.page())?.[1];
    const before = await standing();
    const reader = await eve.stream();
    const text = await reader.text();
    expect(text).toBe(`retry: 1000\nevent: opening\ndata: {"standing":"${before}","events":[]}\n\n`);
    await reader.close();
    await eve.visit((session) => session.set("cart", []));
    const after = await standing();
    expect(after).not.toBe(before);
    const [message] = (await (await eve.stream()).messages()) ?? [];
    expect(message).toMatchObject({ event: "opening", data: { standing: after } });
  });

  it("gives a sign of life while nothing happens, and ends after a minute", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    const reader = await eve.stream();
    await reader.text();
    const signs: (string | undefined)[] = [];
    for (let turn = 0; turn < 13; turn++) {
      const text = reader.text();
      await vi.advanceTimersByTimeAsync(5000);
      signs.push(await text);
    }
    expect(signs).toEqual([...Array(12).fill(": nothing new\n\n"), undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends soon where no cookie is honoured, so that a login in another tab is seen", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    const reader = await eve.stream();
    await reader.text();
    await eve.visit((session) => session.bind("eve"));
    const sign = reader.text();
    await vi.advanceTimersByTimeAsync(5000);
    expect(await sign).toBe(": nothing new\n\n");
    expect(await reader.text()).toBeUndefined();
    expect(await typesOf(await eve.stream())).toEqual(["created"]);
  });

  it("ends when the browser goes away, and leaves no timer and no listener", async () => {
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

  it("is over at once for a request that was given up before it was answered", async () => {
    const { inspect } = setUp({ mode: serverSide(memoryStore()) });
    const signal = AbortSignal.abort();
    const request = { url: "https://localhost/inspector?events", method: "GET", headers: new Headers(), signal };
    const reader = ((await inspect(request as Request)).body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    expect((await reader.read()).done).toBe(true);
  });

  it("keeps nothing waiting for a browser that does not read", async () => {
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

/** A signal that counts who listens to it. */
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
