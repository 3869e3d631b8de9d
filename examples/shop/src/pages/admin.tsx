import type { Device } from "@coatcheck/auth";
import { ButtonForm, CredentialFields } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";
import { DeviceTable } from "./device-table.tsx";

/** Props of {@link AdminLoginPage}. */
export interface AdminLoginProps {
  readonly frame: Frame;
  /** The path to open after the login. */
  readonly next: string;
  /** The username of a failed login. */
  readonly username?: string;
}

export function AdminLoginPage({ frame, next, username }: AdminLoginProps) {
  return (
    <Layout title="Admin login" frame={frame}>
      <form class="card narrow" method="post" action="/admin/login">
        <p>The demo administrator is Grace with the password admin123. A login to the shop does not count here.</p>
        <input type="hidden" name="next" value={next} />
        <CredentialFields username={username} />
        <button type="submit">Log in</button>
      </form>
    </Layout>
  );
}

/** Props that the pages of the admin area share. */
export interface AdminProps {
  readonly frame: Frame;
  readonly administrator: string;
  /** The result of `csrfToken(session)`. */
  readonly token: string;
}

export function AdminPage({ frame, administrator, token, users }: AdminProps & { readonly users: readonly string[] }) {
  return (
    <Layout title="Admin area" frame={frame}>
      <p class="lead">
        Logged in: {administrator}. This session ends after 15 minutes without a request, and other sites cannot send
        its cookie.
      </p>
      <div class="columns">
        <section class="card" aria-labelledby="users">
          <h2 id="users">Users</h2>
          <ul class="links">
            {users.map((user) => (
              <li>
                <a href={`/admin/users/${encodeURIComponent(user)}`}>{user}</a>
              </li>
            ))}
          </ul>
        </section>
        <section class="card" aria-labelledby="leave">
          <h2 id="leave">Log out</h2>
          <p>Your session in the shop continues.</p>
          <ButtonForm action="/admin/logout" token={token}>
            Log out of the admin area
          </ButtonForm>
        </section>
      </div>
    </Layout>
  );
}

/** Props of {@link AdminUserPage}. */
export interface AdminUserProps extends AdminProps {
  readonly user: string;
  /** `undefined` when sessions are in cookies, so the server cannot list them. */
  readonly devices: readonly Device[] | undefined;
}

export function AdminUserPage({ frame, token, user, devices }: AdminUserProps) {
  const path = `/admin/users/${encodeURIComponent(user)}`;
  const toButton = ({ id }: Device) => (
    <ButtonForm action={`${path}/revoke`} token={token} fields={{ id }} quiet>
      End
    </ButtonForm>
  );
  return (
    <Layout title={`Sessions of ${user}`} frame={frame}>
      {devices === undefined && (
        <p class="lead">
          Sessions are in the browsers' cookies, so they cannot be listed. You can end all sessions of a user.
        </p>
      )}
      {devices?.length === 0 && <p class="lead">{user} is not logged in anywhere.</p>}
      {devices !== undefined && devices.length > 0 && (
        <DeviceTable caption={`Where ${user} is logged in`} devices={devices} toButton={toButton} />
      )}
      <section class="card narrow" aria-labelledby="all">
        <h2 id="all">All sessions</h2>
        <p>Ends the sessions in every storage and forgets all remembered browsers of {user}.</p>
        <ButtonForm action={`${path}/revoke-all`} token={token}>{`End all sessions of ${user}`}</ButtonForm>
      </section>
      <p>
        <a href="/admin">Admin area</a>
      </p>
    </Layout>
  );
}
