import { decodeContent, isToken, type SessionContent } from "@coatcheck/core/toolkit";
import { toJson } from "./pretty-json.ts";

// Extension data may contain secrets: `@coatcheck/csrf` stores 32 random bytes, from which it derives the tokens of forms.

/** The content with the secrets in its extension data hidden. The application's data stays as it is. */
export function redactContent(content: SessionContent): SessionContent {
  return { ...content, extensionData: hide(isToken, content.extensionData) as SessionContent["extensionData"] };
}

/** The same for content in the stored format. `undefined` if it nests too deeply. */
export function redactStored(stored: unknown): unknown {
  const content = decodeContent(stored);
  // In content that cannot be decoded, every token may be a secret.
  if (content === undefined) return hide(isToken, stored);
  const isShown = toJson(content.extensionData) !== undefined;
  const secrets = isShown ? tokensIn(content.extensionData) : [];
  return hide((text) => secrets.includes(text), stored);
}

function hide(isSecret: (text: string) => boolean, value: unknown): unknown {
  const text = toJson(value, (_, each) =>
    typeof each === "string" && isSecret(each) ? "(a secret, not shown)" : each,
  );
  return text === undefined ? undefined : JSON.parse(text);
}

function tokensIn(value: unknown): string[] {
  if (typeof value === "string") return isToken(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(tokensIn) : [];
}
