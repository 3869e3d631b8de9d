import { expect } from "vitest";
import type { Outcome } from "./visitor.ts";

/** Expects the failure that SEC-42 requires of a request whose store fails. */
export function expectFailure(outcome: Outcome): Extract<Outcome, { ok: false }> {
  expect(outcome).toMatchObject({ ok: false, code: "STORE_FAILED", cause: expect.any(Error) });
  return outcome as Extract<Outcome, { ok: false }>;
}

export function expectSuccess(outcome: Outcome): Extract<Outcome, { ok: true }> {
  expect(outcome).toMatchObject({ ok: true });
  return outcome as Extract<Outcome, { ok: true }>;
}
