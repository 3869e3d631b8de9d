import type { Device } from "@coatcheck/auth";
import { ButtonForm } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { AccountProps } from "./dashboard.tsx";
import { DeviceTable } from "./device-table.tsx";

/** Props of {@link DevicesPage}. */
export interface DevicesProps extends AccountProps {
  /** `undefined` when sessions are in cookies, so the server cannot list them. */
  readonly devices: readonly Device[] | undefined;
}

export function DevicesPage({ frame, token, devices }: DevicesProps) {
  const toButton = ({ id }: Device) => (
    <ButtonForm action="/devices/revoke" token={token} fields={{ id }} quiet>
      Log out
    </ButtonForm>
  );
  return (
    <Layout title="Your devices" frame={frame}>
      {devices === undefined ? (
        <p class="lead">
          With this storage, sessions are in the browsers' cookies. The server cannot list them, but it can end them.
        </p>
      ) : (
        <DeviceTable caption="Where you are logged in" devices={devices} toButton={toButton} />
      )}
      <section class="card narrow" aria-labelledby="all">
        <h2 id="all">All sessions</h2>
        <p>Ends your sessions in every storage and forgets your remembered browsers.</p>
        <div class="buttons">
          <ButtonForm action="/devices/revoke-others" token={token}>
            Log out everywhere else
          </ButtonForm>
          <ButtonForm action="/devices/revoke-all" token={token} quiet>
            Log out everywhere
          </ButtonForm>
        </div>
      </section>
      <p>
        <a href="/dashboard">Dashboard</a>
      </p>
    </Layout>
  );
}
