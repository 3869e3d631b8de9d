import {
  AccountManager,
  login,
  loginOf,
  type SessionProtectionOptions,
  type SignalMismatchEvent,
  sessionProtection,
} from "@coatcheck/auth";
import { memoryStore, type SessionMode, serverSide } from "@coatcheck/core";
import { modes } from "@coatcheck/test-support";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { device, isAlive } from "../support/device.ts";

interface Data {
  cart: string;
}

const firefox = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36";

const address = (request: Request) => request.headers.get("X-Client");

function manager(mode: SessionMode, options: SessionProtectionOptions) {
  const events: SignalMismatchEvent[] = [];
  const protection = sessionProtection({ onEvent: (event) => events.push(event), ...options });
  return { events, sessions: new AccountManager<Data>({ mode, extensions: [protection] }) };
}

async function setUp(mode: SessionMode, options: SessionProtectionOptions = {}) {
  const { events, sessions } = manager(mode, { userAgent: true, address, ...options });
  const headers: Record<string, string> = { "User-Agent": firefox(146), "X-Client": "192.0.2.1" };
  const eve = device(sessions, headers);
  await eve.visit((session) => login(session, "eve", { method: "password" }));
  const look = async () => (await eve.visit((session) => ({ subject: session.subject, ...loginOf(session) }))).result;
  return { events, sessions, headers, eve, look };
}

for (const { name, mode } of modes()) {
  describe(`sessionProtection, ${name}`, () => {
    it("accepts a browser that updates itself and moves within its network", async () => {
      const { eve, events, headers, look } = await setUp(mode(), { onMismatch: "end" });
      headers["User-Agent"] = firefox(147);
      headers["X-Client"] = "192.0.2.77";
      expect(await look()).toMatchObject({ subject: "eve" });
      const { cookies } = await eve.visit(() => {});
      expect(cookies).toEqual([]);
      expect(events).toEqual([]);
    });

    it("marks a session with other signals as not fresh, reports it once, and resets it at a login", async () => {
      const { eve, events, headers, look } = await setUp(mode());
      const { result: id } = await eve.visit((session) => session.id);
      headers["X-Client"] = "198.51.100.1";
      for (let times = 0; times < 2; times++) {
        expect(await look()).toMatchObject({ subject: "eve", method: "password", isFresh: false });
      }
      const event = { type: "signal-mismatch", id, subject: "eve", signals: ["address"], action: "not-fresh" };
      expect(events).toEqual([event]);
      headers["X-Client"] = "192.0.2.1";
      expect(await look()).toMatchObject({ isFresh: false });
      headers["X-Client"] = "198.51.100.1";
      await eve.visit((session) => login(session, "eve"));
      expect(await look()).not.toHaveProperty("isFresh");
      expect(events).toHaveLength(1);
    });

    it("ends a session with other signals before the handler sees it when onMismatch is end", async () => {
      const { sessions, eve, events, headers, look } = await setUp(mode(), { onMismatch: "end" });
      const thief = await eve.client.clone();
      headers["User-Agent"] = CHROME;
      headers["X-Client"] = "2001:db8::1";
      expect(await look()).not.toHaveProperty("subject", "eve");
      expect(events).toMatchObject([{ subject: "eve", signals: ["address", "userAgent"], action: "end" }]);
      expect(await eve.client.cookieHeader()).toBe("");
      if (name.startsWith("server")) expect(await isAlive({ client: thief }, sessions)).toBe(false);
    });

    it("binds an older session at its next request, and to a signal that was added later", async () => {
      const sameMode = mode();
      const without = { events: [], sessions: new AccountManager<Data>({ mode: sameMode }) };
      const [first, second] = [manager(sameMode, { userAgent: true }), manager(sameMode, { userAgent: true, address })];
      let current: typeof first = without;
      const headers: Record<string, string> = { "User-Agent": firefox(146), "X-Client": "192.0.2.1" };
      const eve = device<Data>({ handle: (...request) => current.sessions.handle(...request) }, headers);
      await eve.visit((session) => session.bind("eve"));
      for (current of [first, second]) await eve.visit(() => {});
      expect([...first.events, ...second.events]).toEqual([]);
      Object.assign(headers, { "User-Agent": CHROME, "X-Client": "198.51.100.1" });
      await eve.visit(() => {});
      expect(second.events).toMatchObject([{ signals: ["address", "userAgent"] }]);
    });
  });
}

describe("sessionProtection", () => {
  it("compares custom signals, also when one has no value", async () => {
    const deviceKey = (request: Request) => request.headers.get("X-Device");
    const { events, headers, look } = await setUp(serverSide(memoryStore()), { signals: { deviceKey } });
    await look();
    expect(events).toEqual([]);
    headers["X-Device"] = "another";
    expect(await look()).toMatchObject({ isFresh: false });
    expect(events).toMatchObject([{ signals: ["deviceKey"] }]);
  });

  it("ignores anonymous visitors and stores nothing for them", async () => {
    const { sessions, events } = manager(serverSide(memoryStore()), { userAgent: true, onMismatch: "end" });
    const headers: Record<string, string> = { "User-Agent": CHROME };
    const visitor = device(sessions, headers);
    expect((await visitor.visit(() => {})).cookies).toEqual([]);
    await visitor.visit((session) => session.set("cart", "book"));
    headers["User-Agent"] = firefox(1);
    expect((await visitor.visit((session) => session.get("cart"))).result).toBe("book");
    expect(events).toEqual([]);
  });

  it("stores no address and no User-Agent in clear text", async () => {
    const store = memoryStore();
    await setUp(serverSide(store));
    const [found] = await store.listBySubject("eve");
    expect(found?.session.data).toContain('"signals"');
    expect(found?.session.data).not.toMatch(/192|Mozilla|Gecko/);
  });

  it("fails a request for which address returns no valid address", async () => {
    for (const wrong of ["192.0.2.1:443", "192.0.2.1, 198.51.100.1", "unknown", ""]) {
      const { sessions } = manager(serverSide(memoryStore()), { address: () => wrong });
      const eve = device(sessions);
      const login_ = eve.visit((session) => login(session, "eve"));
      await expect(login_).rejects.toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("port") });
    }
  });

  it("rejects missing signals, duplicate names and signals that are not functions, at construction", () => {
    const signal = () => "same";
    for (const wrong of [
      {},
      { userAgent: false },
      { signals: {} },
      { address: "X-Forwarded-For" },
      { signals: { key: "not a function" } },
      { userAgent: true, signals: { userAgent: signal } },
      { address: signal, signals: { address: signal } },
      { userAgent: true, onMismatch: "ignore" },
    ]) {
      expect(() => sessionProtection(wrong as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });

  it("ends a session exactly when the browser or the network differs, for any header values", async () => {
    const { sessions, events } = manager(serverSide(memoryStore()), { userAgent: true, address, onMismatch: "end" });
    const seen = { alive: 0, ended: 0 };
    // Any header value, without blanks at its ends.
    const agent = fc.oneof(
      fc.constantFrom(CHROME, firefox(1), firefox(2), ""),
      fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
    );
    const octet = fc.nat(255);
    const place = fc.oneof(
      fc.tuple(fc.constantFrom("192.0.2", "192.0.3"), octet).map(([network, host]) => ({
        network,
        spelling: `${network}.${host}`,
      })),
      fc.tuple(fc.constantFrom("192.0.2", "192.0.3"), octet).map(([network, host]) => ({
        network,
        spelling: `::FFFF:${network}.${host}`,
      })),
      fc.tuple(fc.constantFrom("2001:db8:1", "2001:db8:2"), octet).map(([network, host]) => ({
        network,
        spelling: `${network}:${host}::${host}`,
      })),
    );
    await fc.assert(
      fc.asyncProperty(agent, place, agent, place, async (agentBefore, before, agentNow, now) => {
        events.length = 0;
        const headers = { "User-Agent": agentBefore, "X-Client": before.spelling };
        const eve = device(sessions, headers);
        await eve.visit((session) => login(session, "eve"));
        Object.assign(headers, { "User-Agent": agentNow, "X-Client": now.spelling });
        const { result: subject } = await eve.visit((session) => session.subject);
        const toWords = (text: string) => [...text].filter((character) => !"0123456789._".includes(character)).join("");
        const expected = [
          ...(before.network === now.network ? [] : ["address"]),
          ...(toWords(agentBefore) === toWords(agentNow) ? [] : ["userAgent"]),
        ];
        expect(events.flatMap(({ signals }) => signals)).toEqual(expected);
        expect(subject).toBe(expected.length > 0 ? undefined : "eve");
        seen[subject ? "alive" : "ended"] += 1;
      }),
      { numRuns: 150 },
    );
    expect(Math.min(seen.alive, seen.ended)).toBeGreaterThan(0);
  });
});
