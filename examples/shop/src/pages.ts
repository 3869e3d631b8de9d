import { html } from "hono/html";
import { credentialFields, type Html, page } from "./pages-layout.ts";
import { type Mode, modes, type Theme } from "./sessions.ts";

/** What the home page shows. */
export interface HomeState {
  readonly mode: Mode;
  /** Who is logged in. */
  readonly user: string | undefined;
  readonly username: string | undefined;
  readonly cart: readonly string[] | undefined;
  readonly notice: string | undefined;
}

export function homePage({ mode, user, username, cart = [], notice }: HomeState): Html {
  return page({
    title: "coatcheck shop",
    notice,
    body: html`
      <dl>
        <dt>Mode</dt><dd>${mode}: ${modes[mode]}</dd>
        <dt>Logged in</dt><dd>${user ?? "nobody"}</dd>
        <dt>Name</dt><dd><a href="/get_session">${username ?? "Guest"}</a></dd>
        <dt>Cart</dt><dd><a href="/view_cart">${cart.length} in the cart</a></dd>
        <dt>Dashboard</dt><dd><a href="/dashboard">Dashboard</a>, for those who are logged in</dd>
        <dt>Admin area</dt><dd><a href="/admin">Admin area</a>, for administrators, with a login of its own</dd>
      </dl>
      <form method="post" action="/set_session">
        <h2>Say who you are</h2>
        <label for="name">Name</label>
        <input id="name" name="username" required autocomplete="nickname">
        <button>Remember me</button>
      </form>
      <form method="post" action="/add_to_cart">
        <h2>Fill the cart</h2>
        <label for="item">Item</label>
        <input id="item" name="item" required autocomplete="off">
        <button>Add to cart</button>
      </form>
      ${user === undefined ? html`<p><a href="/login">Log in</a></p>` : logoutForm()}`,
  });
}

export function greetingPage(username = "Guest"): Html {
  return page({ title: `Welcome, ${username}` });
}

/** The cart as Python would print the list. */
export function cartPage(cart: readonly string[] = []): Html {
  const items = cart.map((item, index) => html`${index > 0 && ", "}'${item}'`);
  return page({ title: "Your cart", body: html`<p>Cart: [${items}]</p>` });
}

/** What the login page shows. */
export interface LoginState {
  /** Where to go on, a path of the shop. */
  readonly next: string;
  /** Who is logged in, and is asked to prove it again. */
  readonly user: string | undefined;
  readonly theme: Theme | undefined;
}

export function loginPage({ next, user, theme }: LoginState): Html {
  return page({
    title: user === undefined ? "Log in" : "Log in again",
    theme,
    body: html`
      ${
        user === undefined
          ? html`<p>The demo users are Eve, with the password secure123, and Grace, with admin123.</p>`
          : html`<p>You are logged in as ${user}. For what comes next, please give your password again.</p>`
      }
      <form method="post" action="/login">
        <input type="hidden" name="next" value="${next}">
        ${credentialFields(user)}
        <label for="theme">Theme</label>
        <select id="theme" name="theme">
          <option>light</option>
          <option ${theme === "dark" && "selected"}>dark</option>
        </select>
        <label><input type="checkbox" name="remember"> Remember me on this browser</label>
        <button>Log in</button>
      </form>`,
  });
}

/** Without a token: the home page has none to give to visitors, and the check of the headers protects it. */
export function logoutForm(): Html {
  return html`<form method="post" action="/logout">
    <h2>Log out</h2>
    <button>Log out</button>
  </form>`;
}
