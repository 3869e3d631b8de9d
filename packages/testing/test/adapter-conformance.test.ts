import type { SessionManager } from "@coatcheck/core";
import { type AdapterConformanceOptions, adapterConformance, type Program } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { failuresOf } from "./support/run-suite.ts";

type Serve = (sessions: SessionManager, program: Program) => (request: Request) => Promise<Response>;

/** Ways to get an adapter wrong, and words of the test that has to notice. */
const MISTAKES: Readonly<Record<string, { serve: Serve; noticed: RegExp }>> = {
  "a session that is always read": {
    serve: (sessions, program) => (request) =>
      sessions.handle(request, async (pending) => {
        await pending;
        return program(request, pending);
      }),
    noticed: /leaves a response alone when nobody awaits/,
  },
  "a commit that nobody waits for": {
    serve: (sessions, program) => async (request) => {
      const pending = sessions.open(request);
      const response = await program(request, pending);
      sessions.commit(pending, response.clone()).catch(() => undefined);
      return response;
    },
    noticed: /brings back on the next request/,
  },
  "a copy of the response without its headers": {
    serve: (sessions, program) => async (request) => {
      const response = await sessions.handle(request, (pending) => program(request, pending));
      return new Response(response.body, { status: response.status });
    },
    noticed: /SEC-40 says that a response depends on the cookie/,
  },
  "cookies joined into one header": {
    serve: (sessions, program) => async (request) => {
      const response = await sessions.handle(request, (pending) => program(request, pending));
      const headers = new Headers(response.headers);
      const joined = headers.getSetCookie().join(", ");
      headers.delete("Set-Cookie");
      if (joined !== "") headers.set("Set-Cookie", joined);
      return new Response(response.body, { status: response.status, headers });
    },
    noticed: /SEC-34 leaves the application's own cookies in place/,
  },
  "an error that leaves the logout undone": {
    serve: (sessions, program) => async (request) => {
      const pending = sessions.open(request);
      const response = await program(request, pending);
      return sessions.commit(pending, response);
    },
    noticed: /SEC-22 logs out even when the request failed/,
  },
  "a body that is collected before it is sent": {
    serve: (sessions, program) => async (request) => {
      const response = await sessions.handle(request, (pending) => program(request, pending));
      const isEmpty = response.body === null;
      return new Response(isEmpty ? null : await response.arrayBuffer(), response);
    },
    noticed: /sends what is streamed when it is there/,
  },
  "a server that ends with the first client that goes away": {
    serve: (sessions, program) => {
      let isBroken = false;
      return async (request) => {
        request.signal.addEventListener("abort", () => {
          isBroken = true;
        });
        const response = await sessions.handle(request, (pending) => program(request, pending));
        if (isBroken) throw new Error("the server has ended");
        return response;
      };
    },
    noticed: /SEC-42 completes a write whose client has gone/,
  },
  "one session for everybody": {
    serve: (sessions, program) => {
      let shared: ReturnType<typeof sessions.open> | undefined;
      return (request) =>
        sessions.handle(request, (pending) => {
          shared ??= pending;
          return program(request, shared);
        });
    },
    noticed: /SEC-43 keeps 200 visitors at once apart/,
  },
};

function optionsOf(serve: Serve): AdapterConformanceOptions {
  return {
    name: "an adapter",
    serve: (sessions, program) => {
      const handle = serve(sessions, program);
      return { fetch: (request) => handle(request).catch(() => new Response("failed", { status: 500 })) };
    },
  };
}

describe("adapterConformance", () => {
  for (const [mistake, { serve, noticed }] of Object.entries(MISTAKES)) {
    it(`notices ${mistake}`, async () => {
      const failures = await failuresOf((runner) => adapterConformance(runner, optionsOf(serve)));
      expect(failures.join("\n")).toMatch(noticed);
    });
  }
});
