import type { Frame } from "../web/frame.ts";

/** Flash messages. A screen reader announces a notice when it is idle and an error at once. */
export function Messages({ messages = {} }: { readonly messages: Frame["messages"] }) {
  const { notice, error } = messages;
  return (
    <>
      {notice !== undefined && (
        <p class="message notice" role="status">
          {notice}
        </p>
      )}
      {error !== undefined && (
        <p class="message error" role="alert">
          {error}
        </p>
      )}
    </>
  );
}
