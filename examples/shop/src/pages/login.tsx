import type { Theme } from "../sessions/session-data.ts";
import { CredentialFields, ThemeField } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** What the login page shows. */
export interface LoginProps {
  readonly frame: Frame;
  /** Where to go on, a path of the shop. */
  readonly next: string;
  /** Who is logged in, and is asked to prove it again. */
  readonly user: string | undefined;
  readonly theme: Theme | undefined;
  /** What was given by somebody whose login failed. @default user */
  readonly username?: string;
}

export function LoginPage({ frame, next, user, theme, username }: LoginProps) {
  return (
    <Layout title={user === undefined ? "Log in" : "Log in again"} frame={frame}>
      <form class="card narrow" method="post" action="/login">
        <p>
          {user === undefined
            ? "The demo users are Eve, with the password secure123, and Grace, with admin123."
            : `You are logged in as ${user}. For what comes next, please give your password again.`}
        </p>
        <input type="hidden" name="next" value={next} />
        <CredentialFields username={username ?? user} />
        <ThemeField theme={theme} />
        <label class="check">
          <input type="checkbox" name="remember" /> Remember me on this browser
        </label>
        <button type="submit">Log in</button>
      </form>
    </Layout>
  );
}
