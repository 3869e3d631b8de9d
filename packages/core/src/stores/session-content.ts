import { isRecord } from "../lib/is-record.ts";

/** What `StoredSession.data`, or the content of a sealed cookie, holds. */
export interface SessionContent {
  /** The application's data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Flash messages that no request has read yet. */
  readonly flash: readonly FlashMessage[];
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean;
  /** What extensions keep with the session; see {@link ExtensionData}. */
  readonly extensionData: ExtensionData | undefined;
}

/** A flash message, with the version of the session that first contained it. Key and version identify it. */
export type FlashMessage = readonly [key: string, message: unknown, version: number];

/** JSON that extensions keep with a session beside its data, by name. A login drops it. */
export interface ExtensionData {
  /** The session ends at this instant at the latest, epoch milliseconds. */
  readonly endsAt?: number | undefined;
  readonly [name: string]: unknown;
}

/** The JSON itself. Its names are short because in cookie modes every byte travels with every request. */
interface EncodedContent {
  readonly d: Readonly<Record<string, unknown>>;
  readonly f?: readonly FlashMessage[] | undefined;
  readonly p?: true | undefined;
  readonly n?: ExtensionData | undefined;
}

/** The content of a new session. */
export function emptyContent(persistent: boolean): SessionContent {
  return { data: {}, flash: [], persistent, extensionData: undefined };
}

/** The content as JSON text. */
export function encodeContent({ data, flash, persistent, extensionData }: SessionContent): string {
  const encoded: EncodedContent = {
    d: data,
    f: flash.length > 0 ? flash : undefined,
    p: persistent || undefined,
    n: extensionData,
  };
  return JSON.stringify(encoded);
}

/** @param json - parsed JSON. @returns `undefined` when {@link encodeContent} did not write it */
export function decodeContent(json: unknown): SessionContent | undefined {
  if (!isRecord(json)) return undefined;
  const { d: data, f: flash = [], p: persistent, n: extensionData } = json;
  if (!isRecord(data) || !Array.isArray(flash) || !flash.every(Array.isArray)) return undefined;
  return {
    data,
    flash: flash as unknown as readonly FlashMessage[],
    persistent: persistent === true,
    extensionData: isRecord(extensionData) ? extensionData : undefined,
  };
}
