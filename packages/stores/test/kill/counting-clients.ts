/** A visitor who counts: one of several that share a session. */
interface Counter {
  readonly name: string;
  readonly user: string;
  readonly cookie: string;
  /** The last step that was sent, and the last that was confirmed. */
  sent: number;
  confirmed: number;
}

/** What the clients of one run saw. */
export interface Counted {
  /** The cookie of each user. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly counters: readonly Counter[];
  /** Increments that were answered with 200, by user. */
  readonly confirmed: ReadonlyMap<string, number>;
  /** Increments that were sent and not answered so, by user: done or not, nobody knows. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Answers about somebody else. */
  readonly misdelivered: number;
}

/**
 * Logs users in and lets the clients of each count in their one session, through all servers in turn, until told to stop.
 *
 * @param servers - base URLs; they may stop answering and come back
 */
export async function count(
  servers: readonly string[],
  { users, clientsPerUser, until }: { users: number; clientsPerUser: number; until: Promise<void> },
): Promise<Counted> {
  let isOver = false;
  const over = until.finally(() => {
    isOver = true;
  });
  const cookies = new Map<string, string>();
  for (let user = 0; user < users; user++) cookies.set(`user-${user}`, await login(servers[0] ?? "", `user-${user}`));
  const counters = [...cookies].flatMap(([user, cookie]) =>
    Array.from({ length: clientsPerUser }, (_, index) => ({ name: `c${index}`, user, cookie, sent: 0, confirmed: 0 })),
  );
  const confirmed = new Map<string, number>();
  const unknown = new Map<string, number>();
  let misdelivered = 0;

  async function run(counter: Counter): Promise<void> {
    const { name, user, cookie } = counter;
    while (!isOver) {
      counter.sent += 1;
      const server = servers[(counter.sent + counters.indexOf(counter)) % servers.length];
      const answer = await post(`${server}/count?client=${name}&step=${counter.sent}`, cookie);
      if (answer === "refused") continue;
      const tally = answer === undefined ? unknown : confirmed;
      tally.set(user, (tally.get(user) ?? 0) + 1);
      if (answer === undefined) continue;
      counter.confirmed = counter.sent;
      if (answer["subject"] !== user) misdelivered += 1;
    }
  }

  await Promise.all([over, ...counters.map(run)]);
  return { cookies, counters, confirmed, unknown, misdelivered };
}

async function login(server: string, user: string): Promise<string> {
  const response = await fetch(`${server}/login?as=${user}`, { method: "POST" });
  const [cookie] = response.headers.getSetCookie();
  if (cookie === undefined) throw new Error(`the login was answered with ${response.status} and without a cookie`);
  return cookie.split(";")[0] ?? "";
}

/** `"refused"`: no server was there to do it. `undefined`: the server died under it, or said that it failed. */
async function post(url: string, cookie: string): Promise<Record<string, unknown> | "refused" | undefined> {
  try {
    const response = await fetch(url, { method: "POST", headers: { cookie } });
    const body = await response.text();
    return response.ok ? JSON.parse(body) : undefined;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code === "ECONNREFUSED" ? "refused" : undefined;
  }
}
