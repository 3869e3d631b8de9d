import type { Device } from "@coatcheck/auth";
import type { Child } from "hono/jsx";
import { Time } from "../ui/time.tsx";

/** Props of {@link DeviceTable}. */
export interface DeviceTableProps {
  readonly caption: string;
  readonly devices: readonly Device[];
  /** The button that ends a session. The session of the current browser has none. */
  readonly toButton: (device: Device) => Child;
}

export function DeviceTable({ caption, devices, toButton }: DeviceTableProps) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Browser</th>
          <th scope="col">Login</th>
          <th scope="col">Logged in</th>
          <th scope="col">Last seen</th>
          <th scope="col">Log out</th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => (
          <tr>
            <th scope="row">{device.label ?? "Unknown browser"}</th>
            <td data-label="Login">{device.method ?? "unknown"}</td>
            <td data-label="Logged in">
              <Time at={device.authenticatedAt ?? device.createdAt} />
            </td>
            <td data-label="Last seen">
              <Time at={device.lastSeenAt} />
            </td>
            <td>{device.isCurrent ? <span class="badge">this browser</span> : toButton(device)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
