import { SessionError, type SessionErrorCode } from "@coatcheck/core";

/** An error as it may be shown. */
export interface FailureDescription {
  readonly code: SessionErrorCode | undefined;
  readonly message: string;
  /** The name and the code of the cause. Its message is left out, because it may contain a password. */
  readonly cause: string | undefined;
}

/** Describes what was thrown while a session was read. */
export function describeFailure(error: unknown): FailureDescription {
  if (error instanceof SessionError) {
    return { code: error.code, message: error.message, cause: nameOf(error.cause) };
  }
  return {
    code: undefined,
    message: "Something outside of coatcheck threw an error, for example the schema.",
    cause: nameOf(error),
  };
}

function nameOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const code = "code" in cause && typeof cause.code === "string" ? [cause.code] : [];
  return [cause.name, ...code].join(", ");
}
