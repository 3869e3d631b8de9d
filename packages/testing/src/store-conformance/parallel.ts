/**
 * Does something so many times at once, by turns on each of the connections: what holds on one of them only because
 * its client sends one command after the other does not hold between two.
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

/** {@link parallel} in portions, for numbers that no pool of connections takes at once. */
export async function inPortions<Connection>(
  count: number,
  connections: readonly Connection[],
  body: (connection: Connection, index: number) => Promise<unknown>,
): Promise<void> {
  const portion = 250;
  for (let done = 0; done < count; done += portion) {
    await parallel(Math.min(portion, count - done), connections, (connection, index) => body(connection, done + index));
  }
}
