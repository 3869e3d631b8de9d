import { MODES } from "./application.ts";
import { user } from "./simulated-user.ts";

/** Users at work. */
export interface Load {
  /** Answers that were not what they had to be. */
  readonly complaints: readonly string[];
  /** Has them work for so long, and resolves when the last has its answer. */
  work(milliseconds: number): Promise<void>;
}

/** Milliseconds a user waits between two things, at most. */
const PAUSE = 50;

/** As many users as that, in each mode the same number. */
export function load(origin: string, count: number): Load {
  const complaints: string[] = [];
  const users = Array.from({ length: count }, (_, index) => {
    const mode = MODES[index % MODES.length] ?? "server";
    return user(origin, mode, `user ${index}`, (what) => complaints.push(what));
  });
  return {
    complaints,
    async work(milliseconds) {
      const until = Date.now() + milliseconds;
      const workOne = async (each: (typeof users)[number]): Promise<void> => {
        while (Date.now() < until) {
          await each.act();
          await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE));
        }
      };
      await Promise.all(users.map(workOne));
    },
  };
}
