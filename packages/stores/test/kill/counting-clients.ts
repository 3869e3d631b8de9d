/** A client that counts in the session of a user. Several clients share a session. */
interface Counter {
  readonly name: string;
  readonly user: string;
  readonly cookie: string;
  /** The last step that was sent, and the last that was confirmed. */
  sent: number;
  confirmed: number;
}

/**
 * Milliseconds until a client calls a server that is down again. Without it, the clients would slow its restart down.
 */
const RETRY_DELAY = 50;

/** The results of all clients. */
export interface Counted {
  /** The cookie of each user. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly counters: readonly Counter[];
  /** Increments that were answered with 200, by user. */
  readonly confirmed: ReadonlyMap<string, number>;
  /** Increments that were sent but not confirmed, by user. Some of them may have succeeded. */
  readonly unknown: ReadonlyMap<string, number>;
  /** The number of answers with the data of another user. */
  readonly misdelivered: number;
}

/**
 * Logs users in and lets the clients of each user count in their shared session, through all servers in turn.
 *
 * @param servers - base URLs. The servers may stop and restart
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
      if (answer === "refused") {
        await sleep(RETRY_DELAY);
        continue;
      }
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

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Repeats the login while the server is down. */
async function login(server: string, user: string): Promise<string> {
  for (;;) {
    const response = await tryLogin(server, user);
    const [cookie] = response?.headers.getSetCookie() ?? [];
    if (cookie !== undefined) return cookie.split(";")[0] ?? "";
    if (response?.ok) throw new Error("the login was answered without a cookie");
    await sleep(RETRY_DELAY);
  }
}

async function tryLogin(server: string, user: string): Promise<Response | undefined> {
  try {
    return await fetch(`${server}/login?as=${user}`, { method: "POST" });
  } catch {
    return undefined;
  }
}

/** `"refused"`: the server is down and has done nothing. `undefined`: the server died or failed during the request. */
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
