/**
 * Calls `body` this many times at once, alternating between the connections. A client may send its commands one after
 * another, so that a race on one connection proves nothing.
 */
export function parallel<Connection, Result>(
  count: number,
  connections: readonly Connection[],
  body: (connection: Connection, index: number) => Promise<Result>,
): Promise<Result[]> {
  const calls: Promise<Result>[] = [];
  while (calls.length < count) {
    for (const connection of connections.slice(0, count - calls.length)) calls.push(body(connection, calls.length));
  }
  return Promise.all(calls);
}

/** Calls {@link parallel} in batches, for counts that are too large for a connection pool. */
export async function inBatches<Connection>(
  count: number,
  connections: readonly Connection[],
  body: (connection: Connection, index: number) => Promise<unknown>,
): Promise<void> {
  const batch = 250;
  for (let done = 0; done < count; done += batch) {
    await parallel(Math.min(batch, count - done), connections, (connection, index) => body(connection, done + index));
  }
}
