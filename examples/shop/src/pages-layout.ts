import { html } from "hono/html";
import type { Theme } from "./sessions.ts";

/** HTML in which everything that was put in is escaped. */
export type Html = ReturnType<typeof html>;

/** What pages have in common. */
export interface Page {
  readonly title: string;
  /** Without one, the visitor's system decides. */
  readonly theme?: Theme | undefined;
  /** A flash message. */
  readonly notice?: string | undefined;
  readonly body?: Html;
}

export function page({ title, theme, notice, body }: Page): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <link rel="icon" href="data:,">
    <title>${title}</title>
    <style>
      :root { color-scheme: ${theme ?? "light dark"}; font: 1rem/1.5 system-ui, sans-serif; }
      body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
      section, main > form { border-top: 1px solid; margin-top: 1.5rem; }
      label { display: block; }
      input, select, button { display: block; font: inherit; margin-bottom: 0.75rem; }
      input[type=checkbox] { display: inline; }
      table { border-collapse: collapse; margin: 1rem 0; }
      caption { text-align: left; font-weight: bold; }
      th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; }
      td button { margin: 0; }
      dt { font-weight: bold; }
      [role=status] { border: 1px solid; padding: 0.5rem 1rem; }
    </style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${notice !== undefined && html`<p role="status">${notice}</p>`}
      ${body}
    </main>
    <footer><p><a href="/">Home</a></p></footer>
  </body>
</html>`;
}

export function messagePage(title: string, message: string): Html {
  return page({ title, body: html`<p>${message}</p>` });
}

/** The fields of a login that every login page has. */
export function credentialFields(username = ""): Html {
  return html`
    <label for="username">Username</label>
    <input id="username" name="username" value="${username}" required autocomplete="username">
    <label for="password">Password</label>
    <input id="password" name="password" type="password" required autocomplete="current-password">`;
}

/** A form with nothing but a button, of somebody who is logged in. */
export function buttonForm(
  action: string,
  label: Html | string,
  token: string,
  fields: Record<string, string> = {},
): Html {
  return html`<form method="post" action="${action}">
    ${tokenField(token)}
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <button>${label}</button>
  </form>`;
}

/** @param token - of `csrfToken(session)` */
export function tokenField(token: string): Html {
  return html`<input type="hidden" name="csrf_token" value="${token}">`;
}
