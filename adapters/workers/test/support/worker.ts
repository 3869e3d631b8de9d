import { adapterApplication } from "@coatcheck/testing";
import { type WorkerContext, withSessions } from "../../src/index.ts";

const { sessions, program } = adapterApplication();

const worker: { fetch(request: Request, env: object, context: WorkerContext): Promise<Response> } = withSessions(
  () => sessions,
  program,
);
export default worker;
