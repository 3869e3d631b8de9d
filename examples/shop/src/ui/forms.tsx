import type { Child } from "hono/jsx";
import type { Theme } from "../sessions/session-data.ts";

/** Props of {@link ButtonForm}. */
interface ButtonFormProps {
  readonly action: string;
  /** The result of `csrfToken(session)`. Forms of visitors have no token. */
  readonly token?: string;
  /** Values of hidden fields. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
  readonly children?: Child;
}

/** A form that consists of a button. */
export function ButtonForm({ action, token, fields = {}, quiet = false, children }: ButtonFormProps) {
  return (
    <form method="post" action={action}>
      {token !== undefined && <TokenField token={token} />}
      {Object.entries(fields).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={quiet ? "quiet" : undefined}>
        {children}
      </button>
    </form>
  );
}

/** @param props.token - the result of `csrfToken(session)` */
export function TokenField({ token }: { readonly token: string }) {
  return <input type="hidden" name="csrf_token" value={token} />;
}

/** The fields that every login form has. */
export function CredentialFields({ username }: { readonly username?: string | undefined }) {
  return (
    <>
      <label for="username">Username</label>
      <input id="username" name="username" value={username} required autocomplete="username" />
      <label for="password">Password</label>
      <input id="password" name="password" type="password" required autocomplete="current-password" />
    </>
  );
}

export function ThemeField({ theme }: { readonly theme: Theme | undefined }) {
  return (
    <>
      <label for="theme">Theme</label>
      <select id="theme" name="theme">
        <option value="light">light</option>
        <option value="dark" selected={theme === "dark"}>
          dark
        </option>
      </select>
    </>
  );
}
