export { type SessionEnv, session } from "./session.ts";
