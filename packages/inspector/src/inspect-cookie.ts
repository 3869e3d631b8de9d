export {
  type CookieInspection,
  type CookieVerdict,
  inspectCookie,
  type ReceivedCookie,
} from "./cookie/inspect-cookie.ts";
