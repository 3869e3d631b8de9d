import type { Contender } from "./contender.ts";
import { cookieSessionContender } from "./cookie-session.ts";
import { expressSessionContender } from "./express-session.ts";
import { WEB_CONTENDERS } from "./web-contenders.ts";

/** All contenders that need no server. The last two run in Node only. */
export const CONTENDERS: readonly Contender[] = [...WEB_CONTENDERS, cookieSessionContender, expressSessionContender];
