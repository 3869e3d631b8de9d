export type { InspectorGuard } from "./page/access.ts";
export { type SessionInspector, type SessionInspectorOptions, sessionInspector } from "./session-inspector.ts";
