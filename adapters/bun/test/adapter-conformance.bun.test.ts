import { adapterConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { withSessions } from "../src/index.ts";
import { serve } from "./support/serve.ts";

adapterConformance(
  { describe, it },
  {
    name: "bun, over sockets",
    serve: (sessions, program) => serve(withSessions(sessions, async (request, pending) => program(request, pending))),
  },
);

adapterConformance(
  { describe, it },
  {
    name: "bun, in a route",
    serve: (sessions, program) => {
      const { fetch } = withSessions(sessions, async (request, pending) => program(request, pending));
      return serve({ routes: { "/*": fetch } });
    },
  },
);
