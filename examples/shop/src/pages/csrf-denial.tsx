import type { Context } from "hono";
import type { StorageEnv } from "../sessions/storage-choice.ts";
import { plainFrame } from "../web/frame.ts";
import { MessagePage } from "./message.tsx";

/** Answers a request that the CSRF check has denied: the `onDenied` option of `csrf`. */
export function csrfDenialPage(
  c: Context<StorageEnv>,
  { reason }: { readonly reason: string },
): Response | Promise<Response> {
  const message = reason.startsWith("token")
    ? "This form is out of date. Go back, reload the page, and send the form again."
    : "This request did not come from a page of the shop, so it was denied.";
  return c.html(
    <MessagePage frame={plainFrame(c)} title="That did not work" message={`${message} (${reason})`} />,
    403,
  );
}
