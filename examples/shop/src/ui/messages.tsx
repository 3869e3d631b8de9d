import type { Frame } from "../web/frame.ts";

/** Flash messages. A screen reader says them at once, an error with more haste. */
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
