export type { InspectorGuard } from "./admission.ts";
export { type SessionInspector, type SessionInspectorOptions, sessionInspector } from "./session-inspector.ts";
