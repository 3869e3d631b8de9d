import { html } from "hono/html";
import type { PropsWithChildren } from "hono/jsx";
import { stylePath } from "../web/assets.ts";
import type { Frame } from "../web/frame.ts";
import { Header } from "./header.tsx";
import { Messages } from "./messages.tsx";
import { StorageSwitch } from "./storage-switch.tsx";

/** Props of {@link Layout}. */
export interface LayoutProps {
  /** The title of the page, which is also its heading. */
  readonly title: string;
  readonly frame: Frame;
  /** Whether the content contains the heading. */
  readonly hasOwnHeading?: boolean;
}

export function Layout({ title, frame, hasOwnHeading, children }: PropsWithChildren<LayoutProps>) {
  const { theme, messages } = frame;
  return html`<!doctype html>
${(
  <html lang="en" data-theme={theme}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content={theme ?? "light dark"} />
      <title>{title === SHOP ? title : `${title} · ${SHOP}`}</title>
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href={stylePath} />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header frame={frame} />
      <main id="main" tabindex={-1}>
        <Messages messages={messages} />
        {hasOwnHeading ? null : <h1>{title}</h1>}
        {children}
      </main>
      <footer>
        <StorageSwitch frame={frame} />
        <nav class="small-print" aria-label="More">
          <a href="/scenarios">Scenarios</a>
          <a href="/inspector">Inspect this session</a>
          <a href="/admin">Admin area</a>
          <span>A demo: nothing is sold, and the data stays on this machine.</span>
        </nav>
      </footer>
    </body>
  </html>
)}`;
}

export const SHOP = "coatcheck shop";
