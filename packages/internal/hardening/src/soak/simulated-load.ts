import { MODES } from "./application.ts";
import { simulatedUser } from "./simulated-user.ts";

/** Users who send requests at the same time. */
export interface SimulatedLoad {
  /** A description of each answer that was not as expected. */
  readonly wrongAnswers: readonly string[];
  /** Lets the users act for so long. Resolves when the last one has its answer. */
  run(milliseconds: number): Promise<void>;
}

/** The longest pause of a user between two actions, in milliseconds. */
const MAX_PAUSE = 50;

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
        while (Date.now() < until) {
          await user.act();
          await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_PAUSE));
        }
      };
      await Promise.all(users.map(runUser));
    },
  };
}
