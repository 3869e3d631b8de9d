export { type DenoSessionOptions, withSessions } from "./with-sessions.ts";
