import { csrf } from "@coatcheck/hono/csrf";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { csrfDenialPage } from "../pages/csrf-denial.tsx";
import { ScenarioPage, ScenariosPage } from "../pages/scenarios.tsx";
import type { Scenario, ScenarioVisit } from "../scenarios/scenario.ts";
import { scenarios } from "../scenarios/scenario-list.ts";
import type { ShopEnv } from "../web/env.ts";
import { shopFrame } from "../web/frame.ts";
import { readFields } from "../web/read-form.ts";

/** The pages of the scenarios, mounted at /scenarios. Stands behind `session()`. */
export function scenarioRoutes(): Hono<ShopEnv> {
  const app = new Hono<ShopEnv>();

  app.get("/", async (c) => {
    return c.html(<ScenariosPage frame={shopFrame(c, await c.var.session)} scenarios={scenarios} />);
  });

  for (const scenario of scenarios) {
    const { slug, actions, needsToken, Try } = scenario;
    const path = `/${slug}`;
    if (needsToken) app.use(`${path}/*`, csrf({ tokens: true, onDenied: csrfDenialPage }));

    app.get(path, (c) =>
      withVisit(c, scenario, (visit) => {
        const { session } = visit;
        return c.html(
          <ScenarioPage frame={shopFrame(c, session)} scenario={scenario} findings={session.flashed("findings")}>
            {Try(visit)}
          </ScenarioPage>,
        );
      }),
    );

    app.post(`${path}/:action`, (c) =>
      withVisit(c, scenario, async (visit) => {
        const name = c.req.param("action");
        const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
        if (action === undefined) throw new HTTPException(404, { message: "There is nothing of that name to try." });
        const findings = await action(visit, await readFields(c));
        if (findings !== undefined) visit.session.flash("findings", findings);
        return c.redirect(`/scenarios${path}`, 303);
      }),
    );
  }
  return app;
}

/** With the session of the scenario, where it has one beside the shop's. */
async function withVisit(
  c: Context<ShopEnv>,
  { slug, side }: Scenario,
  answer: (visit: ScenarioVisit) => Response | Promise<Response>,
): Promise<Response> {
  const { kind } = c.var;
  const toAction = (name: string) => `/scenarios/${slug}/${name}`;
  const { origin } = new URL(c.req.url);
  const visit = { kind, session: await c.var.session, origin, toAction };
  if (side === undefined) return answer(visit);
  return side(kind).handle(c.req.raw, async (pending) => answer({ ...visit, side: await pending }));
}
