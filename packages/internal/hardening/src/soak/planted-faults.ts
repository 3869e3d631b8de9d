/** Faults that the server can have on purpose, to show that the soak finds them. */
export const PLANTED_FAULTS = ["leak", "wrong-answer", "handle", "rejection"] as const;

const leaked: unknown[] = [];

/** Milliseconds from one leak to the next, at least: a busy server must not run out of memory before the check. */
const LEAK_INTERVAL = 25;

/**
 * Adds faults to an application.
 *
 * @param faults - names of {@link PLANTED_FAULTS}, separated by commas
 */
export function withPlantedFaults(
  fetch: (request: Request) => Promise<Response>,
  faults: string,
): (request: Request) => Promise<Response> {
  const [leaks, answersWrong, leaksHandles, rejects] = PLANTED_FAULTS.map((fault) => faults.split(",").includes(fault));
  let requests = 0;
  let leakedAt = 0;
  return async (request) => {
    requests += 1;
    const number = requests;
    const response = await fetch(request);
    if (leaks && Date.now() >= leakedAt + LEAK_INTERVAL) {
      leakedAt = Date.now();
      leaked.push(new Array(100_000).fill(number));
    }
    if (leaksHandles && number % 20 === 0) setInterval(() => undefined, 1_000_000);
    if (rejects && number === 50) void Promise.reject(new Error("a rejection without a handler"));
    if (!answersWrong || number % 50 > 0) return response;
    const answer: { readonly count: number } = await response.json();
    return Response.json({ ...answer, count: answer.count + 10 }, response);
  };
}
