import type { Device } from "@coatcheck/auth";
import { html } from "hono/html";
import { logoutForm } from "./pages.ts";
import { buttonForm, type Html, type Page, page, tokenField } from "./pages-layout.ts";

/** What the pages of somebody who is logged in have in common. */
export interface AccountPage extends Pick<Page, "theme" | "notice"> {
  readonly user: string;
  /** Of `csrfToken(session)`. */
  readonly token: string;
}

/** @param method - how they logged in: `"password"`, `"remember-me"` */
export function dashboardPage({ user, token, theme = "light", notice }: AccountPage, method = "unknown"): Html {
  return page({
    title: `Welcome, ${user}`,
    theme,
    notice,
    body: html`
      <p>Theme: ${theme}</p>
      <p>Logged in by: ${method}</p>
      <ul>
        <li><a href="/devices">Your devices</a></li>
        <li><a href="/password">Change the password</a></li>
      </ul>
      <form method="post" action="/theme">
        <h2>Theme</h2>
        ${tokenField(token)}
        <label for="theme">Theme</label>
        <select id="theme" name="theme">
          <option>light</option>
          <option ${theme === "dark" && "selected"}>dark</option>
        </select>
        <button>Change the theme</button>
      </form>
      ${logoutForm()}`,
  });
}

/** @param devices - `undefined` where nobody knows them: they are kept in the browsers' cookies only */
export function devicesPage({ token, theme, notice }: AccountPage, devices: readonly Device[] | undefined): Html {
  const revokeForm = ({ id }: Device) => buttonForm("/devices/revoke", "Sign out", token, { id });
  return page({
    title: "Your devices",
    theme,
    notice,
    body: html`
      ${
        devices === undefined
          ? html`<p>This shop keeps sessions in the browsers' cookies and cannot list them. It can end all of them.</p>`
          : deviceTable("Where you are logged in", devices, revokeForm)
      }
      <section>
        <h2>All at once</h2>
        ${buttonForm("/devices/revoke-others", "Sign out everywhere else", token)}
        ${buttonForm("/devices/revoke-all", "Sign out everywhere", token)}
      </section>
      <p><a href="/dashboard">Dashboard</a></p>`,
  });
}

/** @param toButton - what ends a session that is not the one of this browser */
export function deviceTable(caption: string, devices: readonly Device[], toButton: (device: Device) => Html): Html {
  return html`<table>
    <caption>${caption}</caption>
    <thead>
      <tr>
        <th scope="col">Browser</th><th scope="col">Login</th><th scope="col">Signed in</th>
        <th scope="col">Last seen</th><th scope="col">Sign out</th>
      </tr>
    </thead>
    <tbody>${devices.map((device) => {
      const { label, method, createdAt, authenticatedAt, lastSeenAt, isCurrent } = device;
      return html`
      <tr>
        <th scope="row">${label ?? "Unknown browser"}</th>
        <td>${method ?? "unknown"}</td>
        <td>${time(authenticatedAt ?? createdAt)}</td>
        <td>${time(lastSeenAt)}</td>
        <td>${isCurrent ? "this browser" : toButton(device)}</td>
      </tr>`;
    })}
    </tbody>
  </table>`;
}

export function passwordPage({ user, token, theme, notice }: AccountPage): Html {
  return page({
    title: "Change the password",
    theme,
    notice,
    body: html`
      <p>All other sessions of ${user} end with the change, and no browser is remembered any more.</p>
      <form method="post" action="/password">
        ${tokenField(token)}
        <input type="hidden" name="username" value="${user}" autocomplete="username">
        <label for="current">Current password</label>
        <input id="current" name="current" type="password" required autocomplete="current-password">
        <label for="password">New password, 8 characters or more</label>
        <input id="password" name="password" type="password" required minlength="8" autocomplete="new-password">
        <button>Change the password</button>
      </form>
      <p><a href="/dashboard">Dashboard</a></p>`,
  });
}

/** @param at - epoch milliseconds */
function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}
