import type { StoredSession } from "@coatcheck/core";

/**
 * The operations of a Durable Object, as the store calls them. Each object is either a session or the index of a
 * subject, depending on the operations it receives.
 *
 * Messages go through `fetch`, not through RPC methods of Durable Objects. RPC needs a class that extends one of
 * `cloudflare:workers`, and then no part of the store could be imported, checked or tested outside of Cloudflare.
 */
export interface SessionObjectProtocol {
  load(): StoredSession | null;
  /** `"late"`: the index entry is so old that it may have been removed as abandoned. Nothing was stored. */
  create(session: StoredSession, entry?: EntryOfSession): "ok" | "exists" | "late";
  update(session: StoredSession, expectedVersion: number): "ok" | "conflict" | "gone";
  touch(expiresAt: number): boolean;
  delete(condition: DeleteCondition): DeleteAnswer;

  /** Adds an entry to the index. Returns the time by the clock of the index, in epoch milliseconds. */
  enter(entryId: string, key: string): number;
  entries(): readonly IndexEntry[];
  /** Removes the entries of ended sessions. Removes abandoned entries only when no login can be in progress there. */
  forget(ended: readonly string[], abandoned: readonly string[]): null;
}

/** The version and the subject that a session must have to be deleted. Without either, any session is deleted. */
export interface DeleteCondition {
  readonly version?: number | undefined;
  readonly subject?: string;
}

/** The result of a deletion, and the index entry to remove afterwards. */
export interface DeleteAnswer {
  readonly result: "ok" | "conflict" | "gone";
  readonly entry?: EntryOfSession;
}

/**
 * A session's entry in the index of its subject. Each attempt to create a session has an entry of its own, so that the
 * end of one session never removes the entry of another under the same key.
 */
export interface EntryOfSession {
  readonly id: string;
  /** The Durable Object id of the index, as text. */
  readonly index: string;
  readonly enteredAt: number;
}

/** An entry in an index. */
export interface IndexEntry {
  readonly id: string;
  readonly key: string;
}

/** Milliseconds that a login may take between its index entry and its session. */
export const LOGIN_WINDOW = 60_000;

/**
 * Milliseconds after which an entry without a session counts as abandoned. A login would lose its entry only if the
 * clocks of the two objects differed by more than the difference to {@link LOGIN_WINDOW}.
 */
export const ABANDONED_AFTER = 600_000;

/** The part of Cloudflare's `DurableObjectNamespace` that the store uses. Its ids are the same in worker and object. */
export interface SessionObjectNamespace {
  idFromName(name: string): ObjectId;
  idFromString(id: string): ObjectId;
  get(id: ObjectId): ObjectStub;
}

/** A Durable Object id. */
export interface ObjectId {
  toString(): string;
}

/** Sends requests to a Durable Object. */
export interface ObjectStub {
  fetch(url: string, init: { method: string; body: string }): Promise<ObjectResponse>;
}

interface ObjectResponse {
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
}

type Operation = keyof SessionObjectProtocol;

/** An operation and its arguments, as sent in JSON. */
export interface Message<Name extends Operation = Operation> {
  readonly operation: Name;
  readonly args: Parameters<SessionObjectProtocol[Name]>;
}

/** Calls an operation of a Durable Object. Rejects when the object fails, or is not a {@link SessionObject}. */
export async function callObject<Name extends Operation>(
  stub: ObjectStub,
  operation: Name,
  ...args: Parameters<SessionObjectProtocol[Name]>
): Promise<ReturnType<SessionObjectProtocol[Name]>> {
  const message: Message<Name> = { operation, args };
  // The request reaches only the object, which ignores the URL.
  const response = await stub.fetch("https://session-object.invalid/", {
    method: "POST",
    body: JSON.stringify(message),
  });
  const text = await response.text();
  // Another class may have answered with anything, secrets included, so that no message repeats the text.
  if (!response.ok) throw new Error(`The Durable Object answered ${operation} with status ${response.status}.`);
  const parsed = parseAnswer(text);
  if (parsed === undefined) {
    throw new Error(`The Durable Object that answered ${operation} is not a SessionObject: check class_name.`);
  }
  return parsed.answer as ReturnType<SessionObjectProtocol[Name]>;
}

/** Runs the operation that {@link callObject} sent. */
export async function answerCall(
  request: { text(): Promise<string> },
  operations: { readonly [Name in Operation]: (...args: Parameters<SessionObjectProtocol[Name]>) => unknown },
): Promise<Response> {
  const { operation, args }: Message = JSON.parse(await request.text());
  if (!Object.hasOwn(operations, operation)) return new Response("unknown operation", { status: 400 });
  return Response.json({ answer: await Reflect.apply(operations[operation], operations, args) });
}

function parseAnswer(text: string): { readonly answer: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && "answer" in parsed ? parsed : undefined;
  } catch {
    return undefined;
  }
}
