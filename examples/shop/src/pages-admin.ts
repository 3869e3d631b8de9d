import type { Device } from "@coatcheck/auth";
import { html } from "hono/html";
import { deviceTable } from "./pages-account.ts";
import { buttonForm, credentialFields, type Html, page } from "./pages-layout.ts";

export function adminLoginPage(next: string): Html {
  return page({
    title: "Admin login",
    body: html`
      <p>The demo administrator is Grace, with the password admin123.</p>
      <form method="post" action="/admin/login">
        <input type="hidden" name="next" value="${next}">
        ${credentialFields()}
        <button>Log in</button>
      </form>`,
  });
}

/** What the pages of the admin area have in common. */
export interface AdminPage {
  readonly administrator: string;
  /** Of `csrfToken(session)`. */
  readonly token: string;
  /** A flash message. */
  readonly notice: string | undefined;
}

export function adminPage({ administrator, token, notice }: AdminPage, users: readonly string[]): Html {
  return page({
    title: "Admin area",
    notice,
    body: html`
      <p>Logged in: ${administrator}. This session ends after 15 minutes without a request.</p>
      <h2>Users</h2>
      <ul>${users.map((user) => html`<li><a href="/admin/users/${encodeURIComponent(user)}">${user}</a></li>`)}</ul>
      <section>
        <h2>Log out</h2>
        ${buttonForm("/admin/logout", "Log out of the admin area", token)}
      </section>`,
  });
}

/** @param devices - `undefined` where nobody knows them: they are kept in the browsers' cookies only */
export function adminUserPage(
  { token, notice }: AdminPage,
  user: string,
  devices: readonly Device[] | undefined,
): Html {
  const path = `/admin/users/${encodeURIComponent(user)}`;
  const revokeForm = ({ id }: Device) => buttonForm(`${path}/revoke`, "End", token, { id });
  return page({
    title: `Sessions of ${user}`,
    notice,
    body: html`
      ${
        devices === undefined
          ? html`<p>Sessions are kept in the browsers' cookies, and cannot be listed. All of a user can be ended.</p>`
          : deviceTable(`Where ${user} is logged in`, devices, revokeForm)
      }
      <section>
        <h2>All at once</h2>
        ${buttonForm(`${path}/revoke-all`, `End all sessions of ${user}`, token)}
      </section>
      <p><a href="/admin">Admin area</a></p>`,
  });
}
