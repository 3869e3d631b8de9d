/**
 * Bytes, minified and gzipped, that an application ships for a mode. These limits are alarms: one that goes off asks what
 * made the bundle grow. Raise a limit when the answer is a check, a message or clear code; never trade those for bytes.
 */
export const LIMITS: readonly { readonly names: readonly string[]; readonly limit: number }[] = [
  { names: ["SessionManager", "serverSide"], limit: 10_000 },
  { names: ["SessionManager", "signedCookie"], limit: 16_000 },
  { names: ["SessionManager", "encryptedCookie"], limit: 20_000 },
];
