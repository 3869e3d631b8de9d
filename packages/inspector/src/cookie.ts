export { type CookieAnatomy, type CookieClaims, joinChunks, readCookie } from "./cookie-anatomy.ts";
export { type RejectionLesson, rejectionLessons } from "./rejection-lessons.ts";
