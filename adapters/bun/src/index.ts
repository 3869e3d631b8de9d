export { type BunServer, withSessions } from "./with-sessions.ts";
