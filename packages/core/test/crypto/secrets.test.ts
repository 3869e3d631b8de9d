import {
  encryptedCookie,
  memoryStore,
  type Secrets,
  type SessionError,
  type SessionMode,
  serverSide,
  signedCookie,
} from "@coatcheck/core";
import { secret } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";

const MODES: readonly { readonly name: string; readonly mode: (secrets: Secrets) => SessionMode }[] = [
  { name: "serverSide", mode: (secrets) => serverSide(memoryStore(), { secrets }) },
  { name: "signedCookie", mode: (secrets) => signedCookie({ secrets }) },
  { name: "encryptedCookie", mode: (secrets) => encryptedCookie({ secrets }) },
];

const WEAK: Record<string, readonly string[]> = {
  "is too short": ["", "s3cret", "kX7#mP2$vL9@qR4&tB6*nW8!zC3^fH5", secret().slice(0, 31)],
  "repeats one character": ["a".repeat(64), " ".repeat(32), "\u{1f9e5}".repeat(32)],
  "repeats one part": [
    "abc".repeat(22),
    "correct horse ".repeat(4),
    "0123456789abcdef0123456789abcdef",
    "kX7#mP2$vL9@qR4&kX7#mP2$vL9@qR4&kX7#",
    secret().slice(0, 20).repeat(2),
    "correct horse battery staple correct horse battery staple",
    "super-secret-key-super-secret-key",
    "passwordpasswordpasswordpassword1",
  ],
  "is a sequence": [
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "9876543210zyxwvutsrqponmlkjihgfedcba",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789",
    "1234567890123456789012345678901234567890",
  ],
  "is published in documentation": [
    "keyboard cat keyboard cat keyboard cat",
    "keyboard cat, but now with thirty-two characters",
    "This is my Keyboard-Cat secret for production!",
    "complex_password_at_least_32_characters_long",
    "password_at_least_32_characters_long",
    "changeme-changeme-changeme-changeme",
    "change-this-secret-in-production-please",
    "your_session_secret_here_min_32_chars",
    "development-secret-do-not-use-in-production",
    "REPLACE_WITH_A_LONG_RANDOM_VALUE_OF_YOURS",
    "process.env.SESSION_SECRET_KEY_VALUE",
    "qwertyuiopasdfghjklzxcvbnm1234567890",
    "please-change-me-before-going-to-production",
    "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
    "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
    "80d42cfb-1cd2-462c-8f17-e3237d9027e9",
    // The secret of the example on jwt.io, and the default of better-auth.
    "a-string-secret-at-least-256-bits-long",
    "better-auth-secret-12345678901234567890",
  ],
};

function errorOf(make: () => unknown): SessionError | undefined {
  try {
    make();
  } catch (error) {
    return error as SessionError;
  }
  return undefined;
}

for (const { name, mode } of MODES) {
  describe(`secrets of ${name}`, () => {
    for (const [weakness, secrets] of Object.entries(WEAK)) {
      it(`SEC-06 are rejected when one ${weakness}, alone and after a strong one`, () => {
        const accepted = secrets.filter((weak) =>
          [weak, [weak], [secret(), weak]].some((list) => errorOf(() => mode(list))?.code !== "WEAK_SECRET"),
        );
        expect(accepted).toEqual([]);
      });
    }

    it("SEC-06 are rejected when they are missing, as from an unset environment variable", () => {
      for (const missing of [undefined, null, [], [undefined], [secret(), undefined], 42, {}]) {
        expect(errorOf(() => mode(missing as unknown as Secrets))?.code, typeof missing).toBe("WEAK_SECRET");
      }
    });

    it("SEC-06 are rejected when one is listed twice", () => {
      const [one, other] = [secret(), secret()];
      expect(errorOf(() => mode([one, one]))?.code).toBe("WEAK_SECRET");
      expect(errorOf(() => mode([one, other, one]))?.code).toBe("WEAK_SECRET");
      expect(errorOf(() => mode([one, other]))).toBeUndefined();
    });

    it("SEC-41 SEC-06 are named by their index in the error message, which says what to do and hides the secret", () => {
      for (const [, weak = ""] of Object.values(WEAK)) {
        const message = errorOf(() => mode([secret(), secret(), weak]))?.message ?? "";
        expect(message).toContain("secrets[2]");
        expect(message).toContain("openssl rand");
        expect(message.includes(weak)).toBe(false);
      }
      const twice = secret();
      const message = errorOf(() => mode([twice, twice]))?.message ?? "";
      expect(message).toContain("secrets[1]");
      expect(message).toContain("repeated");
      expect(message.includes(twice)).toBe(false);
    });

    it("SEC-06 may be 32 random bytes in base64, base64url and hex", () => {
      let rejected = 0;
      for (let run = 0; run < 500; run++) {
        const bytes = crypto.getRandomValues(new Uint8Array(32));
        const base64 = btoa(String.fromCharCode(...bytes));
        const base64url = base64.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
        const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        for (const strong of [base64, base64url, hex]) if (errorOf(() => mode(strong)) !== undefined) rejected += 1;
      }
      expect(rejected).toBe(0);
    });

    it("SEC-06 need 32 bytes, not 32 characters", () => {
      // 16 characters of two bytes each.
      expect(errorOf(() => mode("äöüßéèêëàâîïôûçñ"))).toBeUndefined();
      expect(errorOf(() => mode("äöüßéèêëàâîïôûç"))?.code).toBe("WEAK_SECRET");
    });
  });
}
