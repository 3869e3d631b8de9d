import { type Kind, kindNames, kindWords } from "../sessions/storage-kind.ts";
import type { Frame, Visitor } from "../web/frame.ts";

/** Shows where the session of this browser is kept, and lets it be kept elsewhere. */
export function KindSwitch({ frame: { kinds, kind, back, visitor } }: { readonly frame: Frame }) {
  return (
    <section class="kinds" aria-labelledby="kinds-heading">
      <h2 id="kinds-heading">Where your session is kept</h2>
      <p>
        Now: <strong>{kindWords[kind.kind].title}</strong>. {standing(visitor)} Each place keeps a session of its own,
        so you can change over and come back: nothing is lost.
      </p>
      <form method="post" action="/kind">
        <input type="hidden" name="back" value={back} />
        <ul>
          {kindNames.map((name) => (
            <li class={name === kind.kind ? "kind chosen" : "kind"}>
              <KindCard name={name} isChosen={name === kind.kind} isThere={kinds.find(name) !== undefined} />
            </li>
          ))}
        </ul>
      </form>
    </section>
  );
}

interface KindCardProps {
  readonly name: Kind;
  readonly isChosen: boolean;
  /** Whether sessions can be kept there. */
  readonly isThere: boolean;
}

function KindCard({ name, isChosen, isThere }: KindCardProps) {
  const { title, where, logout, parallel } = kindWords[name];
  return (
    <>
      <h3>{title}</h3>
      <p>
        {where} {logout} {parallel}
      </p>
      {isThere ? (
        <button type="submit" name="kind" value={name} class="quiet" aria-pressed={isChosen ? "true" : "false"}>
          {isChosen ? "In use" : `Use ${title}`}
        </button>
      ) : (
        <p class="absent">
          Not offered. Start a Redis, then the shop with <code>REDIS_URL=redis://127.0.0.1:6379 npm run demo</code>
        </p>
      )}
    </>
  );
}

function standing(visitor: Visitor): string {
  if (visitor.area === "unknown") return "";
  const area = visitor.area === "admin" ? "In the admin area" : "Here";
  return visitor.user === undefined ? `${area} you are a visitor.` : `${area} you are ${visitor.user}, logged in.`;
}
