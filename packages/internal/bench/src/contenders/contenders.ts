import type { Contender } from "./contender.ts";
import { cookieSessionContender } from "./cookie-session.ts";
import { expressSessionContender } from "./express-session.ts";
import { WEB_CONTENDERS } from "./web-contenders.ts";

/** All that need nothing but the process; the last of them run in Node alone. */
export const CONTENDERS: readonly Contender[] = [...WEB_CONTENDERS, cookieSessionContender, expressSessionContender];
