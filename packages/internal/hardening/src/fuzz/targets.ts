import type { Target } from "./target.ts";
import { chunks } from "./targets/chunks.ts";
import { cookieHeader } from "./targets/cookie-header.ts";
import { csrf } from "./targets/csrf.ts";
import { schemaData } from "./targets/schema-data.ts";
import { signals } from "./targets/signals.ts";
import { storedRecord } from "./targets/stored-record.ts";
import { token } from "./targets/token.ts";

/** One target for each kind of input that comes from outside. */
export const TARGETS: readonly Target[] = [cookieHeader, token, chunks, storedRecord, schemaData, signals, csrf];
