import { SessionTooLargeError, StoreFailedError } from "@coatcheck/core";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** The error page for a request that failed. */
export interface ErrorDescription {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** What happened and what the visitor can do. */
  readonly message: string;
  /** Whether the operator of the shop has to know about it. */
  readonly isLogged: boolean;
}

/** Describes an error for visitors. The text of the error itself is shown only if the shop has thrown it for them. */
export function describeError(error: Error): ErrorDescription {
  if (error instanceof HTTPException) {
    return { status: error.status, title: "That did not work", message: error.message, isLogged: false };
  }
  // The error page needs no session, and it has the storage switch that both messages refer to.
  if (error instanceof SessionTooLargeError) {
    const message =
      "Your session has no room for that, so nothing was changed. Remove something from your cart, or switch to another storage below: the server has more room than a cookie.";
    return { status: 413, title: "That does not fit", message, isLogged: true };
  }
  if (error instanceof StoreFailedError) {
    const message =
      "The storage of your session does not answer. Try again in a moment, or switch to another storage below.";
    return { status: 503, title: "Temporarily unavailable", message, isLogged: true };
  }
  const message = "Something went wrong. The error was logged.";
  return { status: 500, title: "Server error", message, isLogged: true };
}
