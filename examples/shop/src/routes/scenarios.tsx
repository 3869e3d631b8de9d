import { csrf } from "@coatcheck/hono/csrf";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { csrfDenialPage } from "../pages/csrf-denial.tsx";
import { ScenarioPage, ScenariosPage } from "../pages/scenarios.tsx";
import type { Scenario, ScenarioContext } from "../scenarios/scenario.ts";
import { scenarios } from "../scenarios/scenario-list.ts";
import type { ShopEnv } from "../web/env.ts";
import { shopFrame } from "../web/frame.ts";
import { readFields } from "../web/read-form.ts";

/** The pages of the scenarios, mounted at /scenarios. Registered after `session()`. */
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
      withContext(c, scenario, (context) => {
        const { session } = context;
        return c.html(
          <ScenarioPage frame={shopFrame(c, session)} scenario={scenario} findings={session.flashed("findings")}>
            {Try(context)}
          </ScenarioPage>,
        );
      }),
    );

    app.post(`${path}/:action`, (c) =>
      withContext(c, scenario, async (context) => {
        const name = c.req.param("action");
        const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
        if (action === undefined) throw new HTTPException(404, { message: "This scenario has no such action." });
        const findings = await action(context, await readFields(c));
        if (findings !== undefined) context.session.flash("findings", findings);
        return c.redirect(`/scenarios${path}`, 303);
      }),
    );
  }
  return app;
}

/** Answers with the context of a scenario, which includes its short session if it has one. */
async function withContext(
  c: Context<ShopEnv>,
  { slug, shortSessions }: Scenario,
  answer: (context: ScenarioContext) => Response | Promise<Response>,
): Promise<Response> {
  const { storage } = c.var;
  const toAction = (name: string) => `/scenarios/${slug}/${name}`;
  const { origin } = new URL(c.req.url);
  const context = { storage, session: await c.var.session, origin, toAction };
  if (shortSessions === undefined) return answer(context);
  return shortSessions(storage).handle(c.req.raw, async (pending) =>
    answer({ ...context, shortSession: await pending }),
  );
}
