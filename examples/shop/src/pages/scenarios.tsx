import type { Child } from "hono/jsx";
import type { Scenario } from "../scenarios/scenario.ts";
import type { Finding } from "../sessions/session-data.ts";
import { kindWords } from "../sessions/storage-kind.ts";
import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** What the list of scenarios shows. */
export interface ScenariosProps {
  readonly frame: Frame;
  readonly scenarios: readonly Scenario[];
}

export function ScenariosPage({ frame, scenarios }: ScenariosProps) {
  return (
    <Layout title="Scenarios" frame={frame}>
      <p class="lead">
        Each page shows one thing that sessions do, the lines that do it, and a form to try it. They run where your
        session is kept now, so try one, change over below, and try it again.
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
        And a role with a session of its own, fifteen minutes long: the <a href="/admin">admin area</a>.
      </p>
    </Layout>
  );
}

/** What the page of a scenario shows. */
export interface ScenarioProps {
  readonly frame: Frame;
  readonly scenario: Scenario;
  /** What the last try has shown. */
  readonly findings: readonly Finding[] | undefined;
  /** What there is to try. */
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
        <section aria-labelledby="lines">
          <h2 id="lines">The lines that do it</h2>
          <pre>
            <code>{code}</code>
          </pre>
        </section>
        <section class="card" aria-labelledby="try">
          <h2 id="try">Try it</h2>
          {children}
          {findings !== undefined && <Findings findings={findings} />}
          <p class="hint">Shown with: {shownWith ?? kindWords[frame.kind.kind].title}</p>
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
