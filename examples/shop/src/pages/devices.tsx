import type { Device } from "@coatcheck/auth";
import { ButtonForm } from "../ui/forms.tsx";
import { Layout } from "../ui/layout.tsx";
import type { AccountProps } from "./dashboard.tsx";
import { DeviceTable } from "./device-table.tsx";

/** What the devices page shows. */
export interface DevicesProps extends AccountProps {
  /** `undefined` where nobody knows them: they are kept in the browsers' cookies only. */
  readonly devices: readonly Device[] | undefined;
}

export function DevicesPage({ frame, token, devices }: DevicesProps) {
  const toButton = ({ id }: Device) => (
    <ButtonForm action="/devices/revoke" token={token} fields={{ id }} quiet>
      Sign out
    </ButtonForm>
  );
  return (
    <Layout title="Your devices" frame={frame}>
      {devices === undefined ? (
        <p class="lead">
          This kind keeps sessions in the browsers' cookies and cannot list them. It can end all of them.
        </p>
      ) : (
        <DeviceTable caption="Where you are logged in" devices={devices} toButton={toButton} />
      )}
      <section class="card narrow" aria-labelledby="all">
        <h2 id="all">All at once</h2>
        <p>Wherever sessions are kept, and with them what remembers you.</p>
        <div class="buttons">
          <ButtonForm action="/devices/revoke-others" token={token}>
            Sign out everywhere else
          </ButtonForm>
          <ButtonForm action="/devices/revoke-all" token={token} quiet>
            Sign out everywhere
          </ButtonForm>
        </div>
      </section>
      <p>
        <a href="/dashboard">Dashboard</a>
      </p>
    </Layout>
  );
}
