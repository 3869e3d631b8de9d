export { type CookieAnatomy, type CookieClaims, readCookie } from "./cookie-anatomy.ts";
