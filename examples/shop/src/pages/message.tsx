import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** What {@link MessagePage} says. */
export interface MessageProps {
  readonly frame: Frame;
  readonly title: string;
  readonly message: string;
}

/** A page that says one thing. */
export function MessagePage({ frame, title, message }: MessageProps) {
  return (
    <Layout title={title} frame={frame}>
      <p class="lead">{message}</p>
      <p>
        <a class="button" href="/">
          To the shop
        </a>
      </p>
    </Layout>
  );
}
