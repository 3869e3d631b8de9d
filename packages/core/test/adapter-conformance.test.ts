import { adapterConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";

adapterConformance(
  { describe, it },
  {
    name: "core",
    serve: (sessions, program) => {
      const handle = sessions.wrap(program);
      return {
        fetch: (request) =>
          handle(request).catch((error: unknown) => new Response(`answered by the server: ${error}`, { status: 500 })),
      };
    },
  },
);
