import { type PendingSession, SessionError, SessionManager, type SessionStore, serverSide } from "@coatcheck/core";
import { assert } from "chai";
import { browser } from "./browser.ts";
import { type Fault, faultyStore, type StoreOperation } from "./faulty-store.ts";
import type { StoreRunner } from "./store-conformance.ts";

/** The faults a store operation is put through, each with how the path to a store looks then. */
const FAULTS: readonly Fault[] = ["throw-before", "throw-after", "hang"];

/** Whole requests over the store: what a visitor sees when things go well, meet, and break. */
export function storeSessions({ describe, it }: StoreRunner): void {
  describe("requests", () => {
    it("keeps a session from login to logout", async (store) => {
      const { client } = application(store);
      await client.fetch("/set?key=cart&value=book");
      await client.fetch("/login?as=eve");
      assert.deepEqual(await read(client), { cart: "book", subject: "eve" });
      await client.fetch("/logout");
      assert.deepEqual(await read(client), {});
    });

    it("SEC-22 SEC-23 lets a logout win over a writer that was under way", async (store) => {
      const faulty = faultyStore(store);
      const { client } = application(faulty);
      await client.fetch("/login?as=eve");
      const stolen = await client.clone();
      const pause = faulty.pauseNext("update");
      const slow = client.fetch("/set?key=cart&value=book");
      await pause.reached;
      await client.fetch("/logout");
      pause.resume();
      assert.deepEqual((await slow).headers.getSetCookie(), []);
      assert.deepEqual(await read(stolen), {});
    });

    it("SEC-01 draws another id when one is taken, and leaves the taken one alone", async (store) => {
      const { client } = application(withCollisions(store, 1));
      await client.fetch("/set?key=cart&value=book");
      assert.deepEqual(await read(client), { cart: "book" });
    });

    it("SEC-01 gives up, and says so, when every id is taken", async (store) => {
      const { client } = application(withCollisions(store, Number.POSITIVE_INFINITY));
      assert.equal(await (await client.fetch("/set?key=cart&value=book")).text(), "ID_COLLISION");
      assert.equal(await client.cookieHeader(), "");
    });
  });

  describe("faults", () => {
    for (const fault of FAULTS) {
      for (const { operation, path } of REQUESTS) {
        it(`SEC-42 fails the request when ${operation} meets ${fault}, and not the next one`, async (store) => {
          const faulty = faultyStore(store);
          const { client } = application(faulty);
          await client.fetch("/set?key=cart&value=book");
          const target = operation === "create" ? application(faulty).client : client;
          faulty.failNext(operation, fault);

          const response = await target.fetch(`${path}&impatient`);
          assert.equal(await response.text(), "STORE_FAILED");
          assert.deepEqual(response.headers.getSetCookie(), []);

          assert.equal((await target.fetch(path)).status, 200);
        });
      }
    }
  });
}

const REQUESTS: readonly { readonly operation: StoreOperation; readonly path: string }[] = [
  { operation: "load", path: "/read?" },
  { operation: "create", path: "/set?key=cart&value=book" },
  { operation: "update", path: "/set?key=cart&value=pen" },
  { operation: "delete", path: "/logout?" },
];

function application(store: SessionStore): { client: ReturnType<typeof browser> } {
  const patient = new SessionManager({ mode: serverSide(store) });
  // Only where a store is made to hang: a real engine on a busy machine may take longer than this.
  const impatient = new SessionManager({ mode: serverSide(store, { timeout: 0.05 }) });
  const answer = async (request: Request, pending: PendingSession): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    const session = await pending;
    if (pathname === "/set") session.set(searchParams.get("key") ?? "", searchParams.get("value"));
    if (pathname === "/login") session.bind(searchParams.get("as") ?? "");
    if (pathname === "/logout") session.destroy();
    return Response.json({ ...Object.fromEntries(session.entries()), subject: session.subject });
  };
  const handle = (request: Request): Promise<Response> => {
    const sessions = new URL(request.url).searchParams.has("impatient") ? impatient : patient;
    return sessions.handle(request, (pending) => answer(request, pending));
  };
  return {
    client: browser({
      fetch: async (request) => {
        try {
          return await handle(request);
        } catch (error) {
          if (error instanceof SessionError) return new Response(error.code, { status: 500 });
          throw error;
        }
      },
    }),
  };
}

async function read(client: ReturnType<typeof browser>): Promise<unknown> {
  return (await client.fetch("/read")).json();
}

/** Says of the first ids that they exist, having seen to it that they do. */
function withCollisions(store: SessionStore, count: number): SessionStore {
  let left = count;
  return {
    ...store,
    async create(key, session) {
      if (left > 0) {
        left -= 1;
        await store.create(key, { ...session, data: '{"d":{"cart":"of somebody else"}}' });
      }
      return store.create(key, session);
    },
  };
}
