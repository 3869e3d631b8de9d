import { encryptedCookie, SessionManager, type SessionStore, signedCookie } from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { type Browser, browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/** Two connections to one engine, as two servers of a site have them. */
export interface TwoConnections {
  readonly stores: readonly [SessionStore, SessionStore];
  close(): unknown;
}

/** The tests of `revocations` with a store on its real engine. */
export function cookieRevocationsSuite(name: string, open: () => TwoConnections | Promise<TwoConnections>): void {
  describe(`revocations of cookie sessions in ${name}`, () => {
    for (const toMode of [signedCookie, encryptedCookie]) {
      const setUp = async () => {
        const connections = await open();
        const secrets = secret();
        // Unique, because other tests use the same engine.
        const subject = crypto.randomUUID();
        const servers = connections.stores.map((revocations) => {
          const sessions = new SessionManager({ mode: toMode({ secrets, revocations }) });
          const fetch = sessions.wrap(async (request, pending) => {
            const session = await pending;
            const { pathname } = new URL(request.url);
            if (pathname === "/login") session.bind(subject);
            if (pathname === "/logout") session.destroy();
            return Response.json({ subject: session.subject });
          });
          return { sessions, fetch };
        });
        const login = async (index: number): Promise<Browser> => {
          const client = browser({ fetch: (request) => serverAt(servers, index).fetch(request) });
          await client.fetch("/login");
          return client;
        };
        const isLoggedIn = async (client: Browser, index: number): Promise<boolean> => {
          const headers = { Cookie: await client.cookieHeader() };
          const response = await serverAt(servers, index).fetch(new Request("https://localhost/", { headers }));
          return (await response.json()).subject === subject;
        };
        return { connections, servers, subject, login, isLoggedIn };
      };

      it(`SEC-22 keep all of 20 parallel logouts on two servers (${toMode.name})`, async () => {
        const { connections, login, isLoggedIn } = await setUp();
        const clients = await Promise.all(Array.from({ length: 21 }, (_, index) => login(index)));
        const thieves = await Promise.all(clients.map((client) => client.clone()));
        await Promise.all(clients.slice(1).map((client) => client.fetch("/logout")));
        const alive = await Promise.all(thieves.map((thief, index) => isLoggedIn(thief, index + 1)));
        expect(alive).toEqual([true, ...Array(20).fill(false)]);
        await connections.close();
      });

      it(`SEC-24 end all sessions of a subject on another server, but not a later login (${toMode.name})`, async () => {
        const { connections, servers, subject, login, isLoggedIn } = await setUp();
        const before = await login(0);
        await serverAt(servers, 1).sessions.revokeAll(subject);
        const after = await login(0);
        expect([await isLoggedIn(before, 0), await isLoggedIn(after, 1)]).toEqual([false, true]);
        await connections.close();
      });
    }
  });
}

function serverAt<Server>(servers: readonly Server[], index: number): Server {
  const server = servers[index % servers.length];
  if (server === undefined) throw new Error("There is no server.");
  return server;
}
