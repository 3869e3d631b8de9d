import type { Theme } from "../sessions/session-data.ts";
import { CredentialFields, ThemeField } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** Props of {@link LoginPage}. */
export interface LoginProps {
  readonly frame: Frame;
  /** The path to open after the login. */
  readonly next: string;
  /** The user who is already logged in and has to confirm the password. */
  readonly user: string | undefined;
  readonly theme: Theme | undefined;
  /** The username of a failed login. @default user */
  readonly username?: string;
}

export function LoginPage({ frame, next, user, theme, username }: LoginProps) {
  return (
    <Layout title={user === undefined ? "Log in" : "Log in again"} frame={frame}>
      <form class="card narrow" method="post" action="/login">
        <p>
          {user === undefined
            ? "The demo users are Eve with the password secure123 and Grace with admin123."
            : `You are logged in as ${user}. Please confirm your password to continue.`}
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
