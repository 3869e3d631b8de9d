import { ButtonForm } from "../ui/forms.tsx";
import type { Scenario } from "./scenario.ts";
import { SHORT_LIFETIME, shortSessions } from "./short-session.ts";

const { idle, absolute } = SHORT_LIFETIME;

export const timeouts: Scenario = {
  slug: "timeouts",
  title: "Idle timeout and absolute timeout",
  summary: `A second session, beside your own, ends after ${idle} seconds without a request, and after ${absolute} seconds in any case. The server decides: it rejects a cookie that the browser has kept for longer.`,
  code: `new SessionManager({
  mode,
  cookie: { name: "__Host-minute" },
  // In seconds:
  lifetime: {
    idle: ${idle},
    absolute: ${absolute},
    touchInterval: 0,
  },
});`,
  shortSessions,

  Try: ({ storage, shortSession, toAction }) => {
    if (shortSession === undefined || shortSession.isNew) {
      return (
        <>
          <p>The second session has not started, or it has ended.</p>
          <ButtonForm action={toAction("begin")}>Start it</ButtonForm>
        </>
      );
    }
    const age = ((storage.options.now?.() ?? Date.now()) - shortSession.createdAt) / 1000;
    const left = absolute - age;
    return (
      <>
        <p>
          The second session is {Math.round(age)} seconds old. It ends in {Math.floor(Math.min(idle, left))} seconds
          {left < idle ? ", even if you come back." : " unless you come back."}
        </p>
        <p>
          <a class="button" href="/scenarios/timeouts">
            Come back now
          </a>
        </p>
      </>
    );
  },

  actions: {
    begin({ shortSession }) {
      shortSession?.set("visits", 1);
      return undefined;
    },
  },
};
