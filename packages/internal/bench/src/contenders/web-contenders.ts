import { coatcheck } from "./coatcheck.ts";
import type { Contender } from "./contender.ts";
import { h3 } from "./h3.ts";
import { honoCookie } from "./hono-cookie.ts";
import { honoSession } from "./hono-session.ts";
import { honoSessions } from "./hono-sessions.ts";
import { hostsWithoutSessions } from "./hosts-without-sessions.ts";
import { ironSession } from "./iron-session.ts";
import { reactRouter } from "./react-router.ts";
import { remix } from "./remix.ts";
import { webCryptoFloors } from "./webcrypto-floor.ts";

/** All contenders that run in every runtime and need no server. */
export const WEB_CONTENDERS: readonly Contender[] = [
  ...coatcheck,
  ...webCryptoFloors,
  honoCookie,
  ...reactRouter,
  ...remix,
  ...honoSession,
  ironSession,
  h3,
  ...honoSessions,
  ...hostsWithoutSessions,
];
