export { type CookieClaims, type DecodedCookie, decodeCookie } from "./cookie/decoded-cookie.ts";
export { formatDistance, formatDuration, formatInstant, isInstant, toIso } from "./cookie/instants.ts";
export { type RejectionExplanation, rejectionExplanations } from "./cookie/rejection-explanations.ts";
