/** The token of {@link startUpstash}. It protects nothing: the server listens on loopback, for one test run. */
export const UPSTASH_TOKEN = "for-tests-only";
