export type { AnySession } from "@coatcheck/core/toolkit";
export { type CsrfOptions, type CsrfProtection, type CsrfResult, csrfProtection } from "./csrf-protection.ts";
export { checkToken, csrfToken } from "./csrf-token.ts";
export { type CsrfReason, type Denied, denialResponse } from "./denial-response.ts";
export type { OriginReason } from "./request-origin.ts";
export type { TokenNames } from "./request-token.ts";
