import type { Device } from "@coatcheck/auth";
import { ButtonForm, CredentialFields } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";
import { DeviceTable } from "./device-table.tsx";

/** What the login page of the admin area shows. */
export interface AdminLoginProps {
  readonly frame: Frame;
  /** Where to go on, a path of the shop. */
  readonly next: string;
  /** What was given by somebody whose login failed. */
  readonly username?: string;
}

export function AdminLoginPage({ frame, next, username }: AdminLoginProps) {
  return (
    <Layout title="Admin login" frame={frame}>
      <form class="card narrow" method="post" action="/admin/login">
        <p>The demo administrator is Grace, with the password admin123. A login to the shop is worth nothing here.</p>
        <input type="hidden" name="next" value={next} />
        <CredentialFields username={username} />
        <button type="submit">Log in</button>
      </form>
    </Layout>
  );
}

/** What the pages of the admin area have in common. */
export interface AdminProps {
  readonly frame: Frame;
  readonly administrator: string;
  /** Of `csrfToken(session)`. */
  readonly token: string;
}

export function AdminPage({ frame, administrator, token, users }: AdminProps & { readonly users: readonly string[] }) {
  return (
    <Layout title="Admin area" frame={frame}>
      <p class="lead">
        Logged in: {administrator}. This session ends after 15 minutes without a request, and its cookie comes from no
        other site.
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
          <p>A session of the shop goes on.</p>
          <ButtonForm action="/admin/logout" token={token}>
            Log out of the admin area
          </ButtonForm>
        </section>
      </div>
    </Layout>
  );
}

/** What the page about a user shows. */
export interface AdminUserProps extends AdminProps {
  readonly user: string;
  /** `undefined` where nobody knows them: they are kept in the browsers' cookies only. */
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
          Sessions are kept in the browsers' cookies, and cannot be listed. All of a user can be ended.
        </p>
      )}
      {devices?.length === 0 && <p class="lead">{user} is logged in nowhere.</p>}
      {devices !== undefined && devices.length > 0 && (
        <DeviceTable caption={`Where ${user} is logged in`} devices={devices} toButton={toButton} />
      )}
      <section class="card narrow" aria-labelledby="all">
        <h2 id="all">All at once</h2>
        <p>Wherever sessions are kept, and with them what remembers {user}.</p>
        <ButtonForm action={`${path}/revoke-all`} token={token}>{`End all sessions of ${user}`}</ButtonForm>
      </section>
      <p>
        <a href="/admin">Admin area</a>
      </p>
    </Layout>
  );
}
