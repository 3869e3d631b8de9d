import type { Child } from "hono/jsx";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Finding } from "../sessions/session-data.ts";
import { storageDescriptions } from "../sessions/storage-kind.ts";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** Props of {@link ScenariosPage}. */
export interface ScenariosProps {
  readonly frame: Frame;
  readonly scenarios: readonly Scenario[];
}

export function ScenariosPage({ frame, scenarios }: ScenariosProps) {
  return (
    <Layout title="Scenarios" frame={frame}>
      <p class="lead">
        Each page shows one feature of sessions, the code for it, and a form to try it. The scenarios use your current
        storage: try one, switch to another storage below, and try it again.
      </p>
      <ol class="scenarios">
        {scenarios.map(({ slug, title, summary }) => (
          <li>
            <h2>
              <a href={`/scenarios/${slug}`}>{title}</a>
            </h2>
            <p>{summary}</p>
          </li>
        ))}
      </ol>
      <p>
        For a role with its own, shorter session, open the <a href="/admin">admin area</a>.
      </p>
    </Layout>
  );
}

/** Props of {@link ScenarioPage}. */
export interface ScenarioProps {
  readonly frame: Frame;
  readonly scenario: Scenario;
  /** The results of the last try. */
  readonly findings: readonly Finding[] | undefined;
  /** The forms of the scenario. */
  readonly children: Child;
}

export function ScenarioPage({
  frame,
  scenario: { title, summary, code, shownWith },
  findings,
  children,
}: ScenarioProps) {
  return (
    <Layout title={title} frame={frame}>
      <p class="lead">{summary}</p>
      <div class="columns lab">
        <section aria-labelledby="code">
          <h2 id="code">The code</h2>
          <pre>
            <code>{code}</code>
          </pre>
        </section>
        <section class="card" aria-labelledby="try">
          <h2 id="try">Try it</h2>
          {children}
          {findings !== undefined && <Findings findings={findings} />}
          <p class="hint">Storage: {shownWith ?? storageDescriptions[frame.storage.kind].title}</p>
        </section>
      </div>
      <p>
        <a href="/scenarios">All scenarios</a>
      </p>
    </Layout>
  );
}

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <div role="status">
      <dl class="findings">
        {findings.map(({ tried, result }) => (
          <div>
            <dt>{tried}</dt>
            <dd>{result}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
