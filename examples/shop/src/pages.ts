import { html } from "hono/html";
import { type Mode, modes, type Theme } from "./sessions.ts";

/** HTML in which everything that was put in is escaped. */
export type Html = ReturnType<typeof html>;

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
      <form method="post" action="/login">
        <h2>Log in</h2>
        <p>The demo user is Eve, with the password secure123.</p>
        <label for="username">Username</label>
        <input id="username" name="username" required autocomplete="username">
        <label for="password">Password</label>
        <input id="password" name="password" type="password" required autocomplete="current-password">
        <label for="theme">Theme</label>
        <select id="theme" name="theme"><option>light</option><option>dark</option></select>
        <button>Log in</button>
      </form>
      <form method="post" action="/logout">
        <h2>Log out</h2>
        <button>Log out</button>
      </form>`,
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

export function dashboardPage(user: string, theme: Theme = "light", notice?: string): Html {
  return page({ title: `Welcome, ${user}`, theme, notice, body: html`<p>Theme: ${theme}</p>` });
}

export function messagePage(title: string, message: string): Html {
  return page({ title, body: html`<p>${message}</p>` });
}

interface Page {
  readonly title: string;
  /** Without one, the visitor's system decides. */
  readonly theme?: Theme;
  /** A flash message. */
  readonly notice?: string | undefined;
  readonly body?: Html;
}

function page({ title, theme, notice, body }: Page): Html {
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
      form { border-top: 1px solid; margin-top: 1.5rem; }
      label { display: block; }
      input, select, button { display: block; font: inherit; margin-bottom: 0.75rem; }
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
