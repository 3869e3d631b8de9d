/**
 * A kind that keeps the session in the cookie, and one that keeps it on the server. To a browser, the other two kinds look
 * the same, and tests without a browser cover all four.
 */
export const typicalKinds = ["signed", "sqlite"] as const;
