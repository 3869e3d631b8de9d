import {
  type DenialReason,
  denialResponse,
  type Guarded,
  requireAll,
  requireFresh,
  requireLevel,
  requireSubject,
  requireThat,
} from "@coatcheck/auth";
import type { PendingSession, Session } from "@coatcheck/core";
import { expectTypeOf } from "vitest";

// Never run: `tsc -p tsconfig.json` checks it. What must not compile is marked; should it compile, the mark is an error.

interface Data {
  role: "customer" | "admin";
}

declare const session: Session<Data>;
declare const pending: PendingSession<Data>;
declare const request: Request;

// A union on ok: the subject is there where it is true, and nowhere else.
const guarded = requireSubject(session);
expectTypeOf(guarded).toEqualTypeOf<Guarded>();
// @ts-expect-error: not yet known to be logged in
guarded.subject;
if (guarded.ok) {
  expectTypeOf(guarded.subject).toEqualTypeOf<string>();
  // @ts-expect-error: nothing was refused
  denialResponse()(request, guarded);
} else {
  expectTypeOf(guarded.reason).toEqualTypeOf<DenialReason>();
  expectTypeOf(denialResponse()(request, guarded)).toEqualTypeOf<Response>();
}
expectTypeOf(requireFresh(60)(session)).toEqualTypeOf<Guarded>();
expectTypeOf(requireLevel(2)(session)).toEqualTypeOf<Guarded>();

// A predicate sees the session with its types.
const requireAdmin = requireThat((session: Session<Data>, subject) => {
  expectTypeOf(subject).toEqualTypeOf<string>();
  return session.get("role") === "admin";
});
expectTypeOf(requireAdmin(session)).toEqualTypeOf<Promise<Guarded>>();
expectTypeOf(requireAll(requireFresh(60), requireAdmin)(session)).toEqualTypeOf<Promise<Guarded>>();
// @ts-expect-error: no such role
requireThat((session: Session<Data>) => session.get("role") === "root");
// @ts-expect-error: a role is no answer
requireThat((session: Session<Data>) => session.get("role"));
declare const ofOthers: Session<{ cart: string[] }>;
// @ts-expect-error: a session without roles
requireAdmin(ofOthers);
// @ts-expect-error: neither in composition
requireAll(requireSubject, requireAdmin)(ofOthers);
// @ts-expect-error: not awaited
requireSubject(pending);
// @ts-expect-error: there is no such level
requireLevel(4);
// @ts-expect-error: how fresh?
requireFresh();
