import type { Context } from "hono";
import type { KindEnv } from "../sessions/storage-choice.ts";
import { plainFrame } from "../web/frame.ts";
import { MessagePage } from "./message.tsx";

/** Answers a request that the CSRF check has denied: the `onDenied` option of `csrf`. */
export function csrfDenialPage(
  c: Context<KindEnv>,
  { reason }: { readonly reason: string },
): Response | Promise<Response> {
  const message = reason.startsWith("token")
    ? "This form is out of date. Go back, reload its page, and send it again."
    : "This was not sent by a page of the shop, and was refused.";
  return c.html(
    <MessagePage frame={plainFrame(c)} title="That did not work" message={`${message} (${reason})`} />,
    403,
  );
}
