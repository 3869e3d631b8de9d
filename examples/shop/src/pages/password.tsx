import { TokenField } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { AccountProps } from "./dashboard.tsx";

export function PasswordPage({ frame, user, token }: AccountProps) {
  return (
    <Layout title="Change the password" frame={frame}>
      <form class="card narrow" method="post" action="/password">
        <p>This ends all other sessions of {user} and forgets all other remembered browsers.</p>
        <TokenField token={token} />
        <input type="hidden" name="username" value={user} autocomplete="username" />
        <label for="current">Current password</label>
        <input id="current" name="current" type="password" required autocomplete="current-password" />
        <label for="password">New password, at least 8 characters</label>
        <input id="password" name="password" type="password" required minlength={8} autocomplete="new-password" />
        <button type="submit">Change the password</button>
      </form>
      <p>
        <a href="/dashboard">Dashboard</a>
      </p>
    </Layout>
  );
}
