import type { Theme } from "../sessions/session-data.ts";
import { ThemeField, TokenField } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** Props that the pages of a logged-in user share. */
export interface AccountProps {
  readonly frame: Frame;
  readonly user: string;
  /** The result of `csrfToken(session)`. */
  readonly token: string;
}

/** Props of {@link DashboardPage}. */
export interface DashboardProps extends AccountProps {
  readonly theme: Theme | undefined;
  /** How the user logged in: `"password"` or `"remember-me"`. */
  readonly method: string | undefined;
}

export function DashboardPage({ frame, user, token, theme = "light", method = "unknown" }: DashboardProps) {
  return (
    <Layout title={`Welcome, ${user}`} frame={frame}>
      <div class="columns">
        <section class="card" aria-labelledby="about">
          <h2 id="about">This session</h2>
          <p>Theme: {theme}</p>
          <p>Logged in by: {method}</p>
        </section>
        <form class="card" method="post" action="/theme">
          <h2>Theme</h2>
          <TokenField token={token} />
          <ThemeField theme={theme} />
          <button type="submit">Change the theme</button>
        </form>
        <nav class="card" aria-label="Your account">
          <h2>Your account</h2>
          <ul class="links">
            <li>
              <a href="/devices">Your devices</a>
            </li>
            <li>
              <a href="/password">Change the password</a>
            </li>
            <li>
              <a href="/view_cart">Your cart</a>
            </li>
          </ul>
        </nav>
      </div>
    </Layout>
  );
}
