export { withSessions } from "./with-sessions.ts";
