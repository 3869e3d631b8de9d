import type { SessionManager } from "@coatcheck/core";
import { type AdapterConformanceOptions, adapterConformance, type Program } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";
import { failuresOf } from "./support/run-suite.ts";

type Serve = (sessions: SessionManager, program: Program) => (request: Request) => Promise<Response>;

/** Faulty adapters, each with a pattern for the title of the test that must fail. */
const MISTAKES: Readonly<Record<string, { serve: Serve; failing: RegExp }>> = {
  "reads the session of every request": {
    serve: (sessions, program) => (request) =>
      sessions.handle(request, async (pending) => {
        await pending;
        return program(request, pending);
      }),
    failing: /leaves the response unchanged when the program does not await/,
  },
  "does not wait for the commit": {
    serve: (sessions, program) => async (request) => {
      const pending = sessions.open(request);
      const response = await program(request, pending);
      sessions.commit(pending, response.clone()).catch(() => undefined);
      return response;
    },
    failing: /returns written data in the next request/,
  },
  "copies the response without its headers": {
    serve: (sessions, program) => async (request) => {
      const response = await sessions.handle(request, (pending) => program(request, pending));
      return new Response(response.body, { status: response.status });
    },
    failing: /SEC-40 adds Vary: Cookie/,
  },
  "joins all cookies into one header": {
    serve: (sessions, program) => async (request) => {
      const response = await sessions.handle(request, (pending) => program(request, pending));
      const headers = new Headers(response.headers);
      const joined = headers.getSetCookie().join(", ");
      headers.delete("Set-Cookie");
      if (joined !== "") headers.set("Set-Cookie", joined);
      return new Response(response.body, { status: response.status, headers });
    },
    failing: /SEC-34 keeps the cookies that the application sets/,
  },
  "does not commit a logout when the program throws": {
    serve: (sessions, program) => async (request) => {
      const pending = sessions.open(request);
      const response = await program(request, pending);
      return sessions.commit(pending, response);
    },
    failing: /SEC-22 logs the user out even when the request fails/,
  },
  "collects the body before it sends it": {
    serve: (sessions, program) => async (request) => {
      const response = await sessions.handle(request, (pending) => program(request, pending));
      const isEmpty = response.body === null;
      return new Response(isEmpty ? null : await response.arrayBuffer(), response);
    },
    failing: /sends each part of a stream at once/,
  },
  "stops answering when a client disconnects": {
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
    failing: /SEC-42 completes the write of a client that disconnects/,
  },
  "shares one session between all visitors": {
    serve: (sessions, program) => {
      let shared: ReturnType<typeof sessions.open> | undefined;
      return (request) =>
        sessions.handle(request, (pending) => {
          shared ??= pending;
          return program(request, shared);
        });
    },
    failing: /SEC-43 keeps the sessions of 200 parallel visitors apart/,
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
  for (const [mistake, { serve, failing }] of Object.entries(MISTAKES)) {
    it(`fails for an adapter that ${mistake}`, async () => {
      expect(await failuresOf((runner) => adapterConformance(runner, optionsOf(serve)), failing)).toHaveLength(1);
    });
  }
});
