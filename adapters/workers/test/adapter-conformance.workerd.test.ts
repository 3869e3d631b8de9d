import { adapterConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { withSessions } from "../src/index.ts";

adapterConformance(
  { describe, it },
  {
    name: "workers",
    serve: (sessions, program) => {
      const worker = withSessions(() => sessions, program);
      const context = { waitUntil() {}, passThroughOnException() {} };
      return {
        fetch: async (request) => {
          try {
            return await worker.fetch(request, {}, context);
          } catch (error) {
            return new Response(`answered by the runtime: ${error}`, { status: 500 });
          }
        },
      };
    },
  },
);
