import { type StorageKind, storageDescriptions, storageKinds } from "../sessions/storage-kind.ts";
import type { Frame, Visitor } from "../web/frame.ts";

/** Shows where the session of the current browser is stored, and lets the visitor choose another storage. */
export function StorageSwitch({ frame: { storages, storage, back, visitor } }: { readonly frame: Frame }) {
  return (
    <section class="kinds" aria-labelledby="kinds-heading">
      <h2 id="kinds-heading">Where your session is stored</h2>
      <p>
        Now: <strong>{storageDescriptions[storage.kind].title}</strong>. {loginStatus(visitor)} Each storage has its own
        session, so you can switch and come back: nothing is lost.
      </p>
      <form method="post" action="/kind">
        <input type="hidden" name="back" value={back} />
        <ul>
          {storageKinds.map((kind) => (
            <li class={kind === storage.kind ? "kind chosen" : "kind"}>
              <StorageCard
                kind={kind}
                isChosen={kind === storage.kind}
                isAvailable={storages.find(kind) !== undefined}
              />
            </li>
          ))}
        </ul>
      </form>
    </section>
  );
}

interface StorageCardProps {
  readonly kind: StorageKind;
  readonly isChosen: boolean;
  readonly isAvailable: boolean;
}

function StorageCard({ kind, isChosen, isAvailable }: StorageCardProps) {
  const { title, location, logout, parallel } = storageDescriptions[kind];
  return (
    <>
      <h3>{title}</h3>
      <p>
        {location} {logout} {parallel}
      </p>
      {isAvailable ? (
        <button type="submit" name="kind" value={kind} class="quiet" aria-pressed={isChosen ? "true" : "false"}>
          {isChosen ? "In use" : `Use ${title}`}
        </button>
      ) : (
        <p class="absent">
          Not available. Start Redis, then start the shop with{" "}
          <code>REDIS_URL=redis://127.0.0.1:6379 npm run demo</code>
        </p>
      )}
    </>
  );
}

function loginStatus(visitor: Visitor): string {
  if (visitor.area === "unknown") return "";
  const where = visitor.area === "admin" ? "to the admin area" : "here";
  return `${visitor.user ?? "No user"} is logged in ${where}.`;
}
