import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** Props of {@link MessagePage}. */
export interface MessageProps {
  readonly frame: Frame;
  readonly title: string;
  readonly message: string;
}

/** A page with a single message. */
export function MessagePage({ frame, title, message }: MessageProps) {
  return (
    <Layout title={title} frame={frame}>
      <p class="lead">{message}</p>
      <p>
        <a class="button" href="/">
          Back to the shop
        </a>
      </p>
    </Layout>
  );
}
