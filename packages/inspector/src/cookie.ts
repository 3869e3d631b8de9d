export { type CookieAnatomy, type CookieClaims, joinChunks, readCookie } from "./cookie/decoded-cookie.ts";
export { type RejectionLesson, rejectionLessons } from "./cookie/rejection-explanations.ts";
