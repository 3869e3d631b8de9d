/** What the HTTP API asks for. Guards nothing: the server listens on loopback, for one run. */
export const UPSTASH_TOKEN = "for-tests-only";
