export { scheduledSweep } from "./scheduled-sweep.ts";
export { type WorkerContext, withSessions } from "./with-sessions.ts";
