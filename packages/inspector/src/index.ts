export type { InspectorGuard } from "./page/admission.ts";
export { type SessionInspector, type SessionInspectorOptions, sessionInspector } from "./session-inspector.ts";
