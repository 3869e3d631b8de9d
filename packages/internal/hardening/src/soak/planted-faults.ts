/** What a server can be made to do wrong, to see the soak fail. */
export const FAULTS = ["leak", "wrong-answer", "handle", "rejection"] as const;

const leaked: unknown[] = [];

/**
 * An application with faults in it.
 *
 * @param faults - some of {@link FAULTS}, with commas between
 */
export function withFaults(
  fetch: (request: Request) => Promise<Response>,
  faults: string,
): (request: Request) => Promise<Response> {
  const [leaks, lies, keepsHandles, rejects] = FAULTS.map((fault) => faults.split(",").includes(fault));
  let requests = 0;
  return async (request) => {
    requests += 1;
    const number = requests;
    const response = await fetch(request);
    if (leaks) leaked.push(new Array(10_000).fill(number));
    if (keepsHandles && number % 20 === 0) setInterval(() => undefined, 1_000_000);
    if (rejects && number === 50) void Promise.reject(new Error("nobody waits for this"));
    if (!lies || number % 50 > 0) return response;
    const answer: { readonly count: number } = await response.json();
    return Response.json({ ...answer, count: answer.count + 10 }, response);
  };
}
