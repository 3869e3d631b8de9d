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

// Not run, only type-checked by `tsc -p tsconfig.json`. A marked line that compiles is an error.

interface Data {
  role: "customer" | "admin";
}

declare const session: Session<Data>;
declare const pending: PendingSession<Data>;
declare const request: Request;

// A union on `ok`: it has a subject exactly when it is true.
const guarded = requireSubject(session);
expectTypeOf(guarded).toEqualTypeOf<Guarded>();
// @ts-expect-error: `ok` was not checked
guarded.subject;
if (guarded.ok) {
  expectTypeOf(guarded.subject).toEqualTypeOf<string>();
  // @ts-expect-error: the request was not denied
  denialResponse()(request, guarded);
} else {
  expectTypeOf(guarded.reason).toEqualTypeOf<DenialReason>();
  expectTypeOf(denialResponse()(request, guarded)).toEqualTypeOf<Response>();
}
expectTypeOf(requireFresh(60)(session)).toEqualTypeOf<Guarded>();
expectTypeOf(requireLevel(2)(session)).toEqualTypeOf<Guarded>();

// A predicate gets the session with its types.
const requireAdmin = requireThat((session: Session<Data>, subject) => {
  expectTypeOf(subject).toEqualTypeOf<string>();
  return session.get("role") === "admin";
});
expectTypeOf(requireAdmin(session)).toEqualTypeOf<Promise<Guarded>>();
expectTypeOf(requireAll(requireFresh(60), requireAdmin)(session)).toEqualTypeOf<Promise<Guarded>>();
// @ts-expect-error: no such role
requireThat((session: Session<Data>) => session.get("role") === "root");
// @ts-expect-error: a role is not a boolean
requireThat((session: Session<Data>) => session.get("role"));
declare const ofOthers: Session<{ cart: string[] }>;
// @ts-expect-error: a session without roles
requireAdmin(ofOthers);
// @ts-expect-error: nor in a composed guard
requireAll(requireSubject, requireAdmin)(ofOthers);
// @ts-expect-error: not awaited
requireSubject(pending);
// @ts-expect-error: there is no such level
requireLevel(4);
// @ts-expect-error: the seconds are missing
requireFresh();
