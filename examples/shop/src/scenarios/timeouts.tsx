import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";
import { SIDE_LIFETIME, sideManagerOf } from "./short-session.ts";

const { idle, absolute } = SIDE_LIFETIME;

export const timeouts: Scenario = {
  slug: "timeouts",
  title: "Idle timeout, absolute timeout",
  summary: `A second session, beside yours, ends after ${idle} seconds without a request, and after ${absolute} seconds whatever you do. The server decides: a cookie that is kept longer is refused.`,
  code: `new SessionManager({
  mode,
  cookie: { name: "__Host-minute" },
  // Seconds.
  lifetime: { idle: ${idle}, absolute: ${absolute}, touchInterval: 0 },
});`,
  side: sideManagerOf,

  Try: ({ kind, side, toAction }) => {
    if (side === undefined || side.isNew) {
      return (
        <>
          <p>There is no such session: it has not begun, or it has ended.</p>
          <ButtonForm action={toAction("begin")}>Begin one</ButtonForm>
        </>
      );
    }
    const age = ((kind.options.now?.() ?? Date.now()) - side.createdAt) / 1000;
    const left = absolute - age;
    return (
      <>
        <p>
          It is {Math.round(age)} seconds old. Come back within {Math.floor(Math.min(idle, left))} seconds, or it ends
          {left < idle ? ", however often you look." : "."}
        </p>
        <p>
          <a class="button" href="/scenarios/timeouts">
            Look again
          </a>
        </p>
      </>
    );
  },

  actions: {
    begin({ side }) {
      side?.set("visits", 1);
      return undefined;
    },
  },
};
