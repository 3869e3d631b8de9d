import { adapterConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { withSessions } from "../src/index.ts";
import { serve } from "./support/serve.ts";

adapterConformance(
  { describe, it },
  { name: "deno, over sockets", serve: (sessions, program) => serve(withSessions(sessions, program).fetch) },
);
