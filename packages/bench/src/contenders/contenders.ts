import { bare } from "./bare.ts";
import { coatcheck } from "./coatcheck.ts";
import type { Contender } from "./contender.ts";
import { cookieSessionContender } from "./cookie-session.ts";
import { expressSessionContender } from "./express-session.ts";
import { floors } from "./floor.ts";
import { h3 } from "./h3.ts";
import { honoCookie } from "./hono-cookie.ts";
import { honoSession } from "./hono-session.ts";
import { honoSessions } from "./hono-sessions.ts";
import { ironSession } from "./iron-session.ts";
import { reactRouter } from "./react-router.ts";
import { remix } from "./remix.ts";

/** All that need nothing but the process. */
export const CONTENDERS: readonly Contender[] = [
  ...coatcheck,
  ...floors,
  honoCookie,
  ...reactRouter,
  ...remix,
  cookieSessionContender,
  ...honoSession,
  ironSession,
  h3,
  ...honoSessions,
  expressSessionContender,
  ...bare,
];
