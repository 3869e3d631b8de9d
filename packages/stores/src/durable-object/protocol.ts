import type { StoredSession } from "@coatcheck/core";

/**
 * What the store can ask of a Durable Object, and what that answers. Each object is either a session or the index of a
 * subject, by what it was asked first.
 *
 * Messages go through `fetch`, not through the calls that Durable Objects also offer: those need a class that extends
 * one from `cloudflare:workers`, and then nothing of this could be imported, checked or tested outside of Cloudflare.
 */
export interface SessionObjectProtocol {
  load(): StoredSession | null;
  /** `"late"`: the entry in the index is so old that it may have been taken for abandoned. Nothing was stored. */
  create(session: StoredSession, entry?: EntryOfSession): "ok" | "exists" | "late";
  update(session: StoredSession, expectedVersion: number): "ok" | "conflict" | "gone";
  touch(expiresAt: number): boolean;
  delete(condition: DeleteCondition): DeleteAnswer;

  /** Adds an entry to the index; answers when that was, by the clock of the index in epoch milliseconds. */
  enter(entryId: string, key: string): number;
  entries(): readonly IndexEntry[];
  /** Drops the entries of sessions that ended, and of those without a session unless a login may be under way there. */
  forget(ended: readonly string[], abandoned: readonly string[]): null;
}

/** Under which version, and of which subject, a session is to be ended; whatever there is when both are left out. */
export interface DeleteCondition {
  readonly version?: number | undefined;
  readonly subject?: string;
}

/** What became of a session that was to be ended, and which entry there is to be forgotten. */
export interface DeleteAnswer {
  readonly result: "ok" | "conflict" | "gone";
  readonly entry?: EntryOfSession;
}

/**
 * Where the index of its subject speaks of a session. Each attempt to create a session has an entry of its own, so that
 * ending one can never take away the entry of another under the same key.
 */
export interface EntryOfSession {
  readonly id: string;
  /** The Durable Object id of the index, as text. */
  readonly index: string;
  readonly enteredAt: number;
}

/** A line of an index. */
export interface IndexEntry {
  readonly id: string;
  readonly key: string;
}

/** Milliseconds that a login may take between its entry in the index and its session. */
export const LOGIN_WINDOW = 60_000;

/**
 * Milliseconds after which an entry without a session was abandoned. The clocks of two objects may be apart by the
 * difference to {@link LOGIN_WINDOW} before a login could lose its entry.
 */
export const ABANDONED_AFTER = 600_000;

/** What is used of Cloudflare's `DurableObjectNamespace`, here as declared and in worker and object alike. */
export interface SessionObjectNamespace {
  idFromName(name: string): ObjectId;
  idFromString(id: string): ObjectId;
  get(id: ObjectId): ObjectStub;
}

/** A Durable Object id. */
export interface ObjectId {
  toString(): string;
}

/** What reaches a Durable Object. */
export interface ObjectStub {
  fetch(url: string, init: { method: string; body: string }): Promise<ObjectResponse>;
}

interface ObjectResponse {
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
}

type Operation = keyof SessionObjectProtocol;

/** An operation and its arguments, as they travel. */
export interface Message<Name extends Operation = Operation> {
  readonly operation: Name;
  readonly args: Parameters<SessionObjectProtocol[Name]>;
}

/** Sends a message and waits for the answer. Rejects when there is none, or none of a {@link SessionObject}. */
export async function ask<Name extends Operation>(
  stub: ObjectStub,
  operation: Name,
  ...args: Parameters<SessionObjectProtocol[Name]>
): Promise<ReturnType<SessionObjectProtocol[Name]>> {
  const message: Message<Name> = { operation, args };
  // Goes nowhere but to the object, which does not look at it.
  const response = await stub.fetch("https://session-object.invalid/", {
    method: "POST",
    body: JSON.stringify(message),
  });
  const text = await response.text();
  // Some other class may have answered, with anything: it is not repeated here.
  if (!response.ok) throw new Error(`The Durable Object answered ${operation} with status ${response.status}.`);
  const answer = parseAnswer(text);
  if (answer === undefined) {
    throw new Error(`The Durable Object's answer to ${operation} is none of a SessionObject: check class_name.`);
  }
  return answer.answer as ReturnType<SessionObjectProtocol[Name]>;
}

/** The other end of {@link ask}. */
export async function answer(
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
