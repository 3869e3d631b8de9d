import { MODES } from "./application.ts";
import { simulatedUser } from "./simulated-user.ts";

/** Users who send requests at the same time. */
export interface SimulatedLoad {
  /** A description of each answer that was not as expected. */
  readonly wrongAnswers: readonly string[];
  /** Lets the users act for so long, and each of them at least {@link MIN_ACTIONS} times. */
  run(milliseconds: number): Promise<void>;
}

/** The longest pause of a user between two actions, in milliseconds. */
const MAX_PAUSE = 50;

/** How often each user acts at least, so that a short soak proves something on a slow machine too. */
const MIN_ACTIONS = 4;

/** Creates users, the same number for each mode. */
export function simulatedLoad(origin: string, count: number): SimulatedLoad {
  const wrongAnswers: string[] = [];
  const users = Array.from({ length: count }, (_, index) => {
    const mode = MODES[index % MODES.length] ?? "server";
    return simulatedUser(origin, mode, `user ${index}`, (description) => wrongAnswers.push(description));
  });
  return {
    wrongAnswers,
    async run(milliseconds) {
      const until = Date.now() + milliseconds;
      const runUser = async (user: (typeof users)[number]): Promise<void> => {
        for (let actions = 0; actions < MIN_ACTIONS || Date.now() < until; actions++) {
          await user.act();
          await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_PAUSE));
        }
      };
      await Promise.all(users.map(runUser));
    },
  };
}
