import { sha256 } from "../crypto/session-id.ts";
import { toBase64Url } from "../lib/base64url.ts";

/** Random bytes of an id in the cookie modes. It names the session and is not a secret: the cookie is sealed. */
const RANDOM_BYTES = 16;

/** Characters of the random part: 16 bytes in base64url. */
const RANDOM_LENGTH = 22;

/** Characters of a hash that name a group. */
const GROUP_LENGTH = 16;

const ID = new RegExp(`^[\\w-]{${RANDOM_LENGTH}}([\\w-]{${GROUP_LENGTH}})?$`);

/**
 * A new `Session.id` for the cookie modes: a random part, followed by the group of its subject where there is one. So one
 * record of revocations answers for the session and for its subject.
 */
export function newCookieSessionId(group = ""): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES))) + group;
}

/** Whether a text has the form of an id. */
export function isCookieSessionId(text: string): boolean {
  return ID.test(text);
}

/** The group of all sessions of a subject under this cookie. */
export async function subjectGroup(cookieName: string, subject: string): Promise<string> {
  return (await sha256(`${cookieName} ${subject}`)).slice(0, GROUP_LENGTH);
}

/** The group an id belongs to: that of its subject, or the id alone. */
export function groupOf(id: string): string {
  return id.slice(RANDOM_LENGTH) || id;
}
