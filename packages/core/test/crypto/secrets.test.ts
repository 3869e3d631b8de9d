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
  "that are too short": ["", "s3cret", "kX7#mP2$vL9@qR4&tB6*nW8!zC3^fH5", secret().slice(0, 31)],
  "of one character": ["a".repeat(64), " ".repeat(32), "\u{1f9e5}".repeat(32)],
  "of one part repeated": [
    "abc".repeat(22),
    "correct horse ".repeat(4),
    "0123456789abcdef0123456789abcdef",
    "kX7#mP2$vL9@qR4&kX7#mP2$vL9@qR4&kX7#",
    secret().slice(0, 20).repeat(2),
    "correct horse battery staple correct horse battery staple",
    "super-secret-key-super-secret-key",
    "passwordpasswordpasswordpassword1",
  ],
  "that are a sequence": [
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "9876543210zyxwvutsrqponmlkjihgfedcba",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789",
    "1234567890123456789012345678901234567890",
  ],
  "from documentation": [
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
    // What jwt.io signs its example with, and what better-auth falls back to.
    "a-string-secret-at-least-256-bits-long",
    "better-auth-secret-12345678901234567890",
  ],
};

function refusalOf(make: () => unknown): SessionError | undefined {
  try {
    make();
  } catch (error) {
    return error as SessionError;
  }
  return undefined;
}

for (const { name, mode } of MODES) {
  describe(`secrets, ${name}`, () => {
    for (const [weakness, secrets] of Object.entries(WEAK)) {
      it(`SEC-06 refuses secrets ${weakness}, alone and behind a strong one`, () => {
        const accepted = secrets.filter((weak) =>
          [weak, [weak], [secret(), weak]].some((list) => refusalOf(() => mode(list))?.code !== "WEAK_SECRET"),
        );
        expect(accepted).toEqual([]);
      });
    }

    it("SEC-06 refuses no secret at all, as of an environment variable that is not set", () => {
      for (const missing of [undefined, null, [], [undefined], [secret(), undefined], 42, {}]) {
        expect(refusalOf(() => mode(missing as unknown as Secrets))?.code, typeof missing).toBe("WEAK_SECRET");
      }
    });

    it("SEC-06 refuses the same secret twice: a rotation that is none", () => {
      const [one, other] = [secret(), secret()];
      expect(refusalOf(() => mode([one, one]))?.code).toBe("WEAK_SECRET");
      expect(refusalOf(() => mode([one, other, one]))?.code).toBe("WEAK_SECRET");
      expect(refusalOf(() => mode([one, other]))).toBeUndefined();
    });

    it("SEC-41 SEC-06 says which one of the list it is and what to do, and never what the secret is", () => {
      for (const [, weak = ""] of Object.values(WEAK)) {
        const message = refusalOf(() => mode([secret(), secret(), weak]))?.message ?? "";
        expect(message).toContain("secrets[2]");
        expect(message).toContain("openssl rand");
        expect(message.includes(weak)).toBe(false);
      }
      const twice = secret();
      const message = refusalOf(() => mode([twice, twice]))?.message ?? "";
      expect(message).toContain("secrets[1]");
      expect(message).toContain("repeated");
      expect(message.includes(twice)).toBe(false);
    });

    it("SEC-06 takes 32 random bytes however they are written, every time", () => {
      let refused = 0;
      for (let run = 0; run < 2_000; run++) {
        const bytes = crypto.getRandomValues(new Uint8Array(32));
        const base64 = btoa(String.fromCharCode(...bytes));
        const base64url = base64.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
        const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        for (const strong of [base64, base64url, hex]) if (refusalOf(() => mode(strong)) !== undefined) refused += 1;
      }
      expect(refused).toBe(0);
    });

    it("SEC-06 counts bytes, not characters", () => {
      // 16 characters of two bytes each.
      expect(refusalOf(() => mode("äöüßéèêëàâîïôûçñ"))).toBeUndefined();
      expect(refusalOf(() => mode("äöüßéèêëàâîïôûç"))?.code).toBe("WEAK_SECRET");
    });
  });
}
