import { SessionTooLargeError, StoreFailedError } from "@coatcheck/core";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** What somebody is told whose request has failed. */
export interface Failure {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** What is so, and what can be done. */
  readonly message: string;
  /** Whether whoever runs the shop has to know. */
  readonly isLogged: boolean;
}

/** In words for visitors: nothing of the error itself, unless the shop has thrown it. */
export function failureOf(error: Error): Failure {
  if (error instanceof HTTPException) {
    return { status: error.status, title: "That did not work", message: error.message, isLogged: false };
  }
  // The switch is on the page of the failure too, and asks no session.
  if (error instanceof SessionTooLargeError) {
    const message =
      "There is no room for that in your session, so nothing was changed. Take something out of the cart, or change over below: on the server there is more room than in a cookie.";
    return { status: 413, title: "That does not fit", message, isLogged: true };
  }
  if (error instanceof StoreFailedError) {
    const message =
      "The place where your session is kept does not answer. Try again in a moment, or change over below to another one.";
    return { status: 503, title: "Not at the moment", message, isLogged: true };
  }
  const message = "Something went wrong here, and was logged.";
  return { status: 500, title: "Server error", message, isLogged: true };
}
