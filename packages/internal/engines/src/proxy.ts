import { once } from "node:events";
import { createServer, connect as open, type Server, type Socket } from "node:net";

/** A network that fails on demand, between a client and an engine. Its connections are cut, never the engine's data. */
export interface EngineProxy {
  readonly port: number;
  /** The engine's URL with the port of the proxy. */
  readonly url: string;
  /** Breaks every connection, now. New ones are accepted. */
  cut(): void;
  /**
   * Breaks the connection of the next request before any of it arrives: nothing is done. Requests are counted by chunks
   * of bytes, so let nothing else be under way.
   */
  cutBeforeRequest(): void;
  /**
   * Lets the next request through, waits until the engine answers, and breaks the connection without the answer: it is
   * done, and the client cannot know.
   */
  cutAfterRequest(): void;
  /** Holds back what the engine answers, on old connections and new ones, until {@link resume}. */
  stall(): void;
  resume(): void;
  /** Closes the port: who connects is refused. Connections stay; {@link cut} them for an engine that is down. */
  refuse(): Promise<void>;
  /** Opens the port again, the same one. */
  accept(): Promise<void>;
  /** Closes the port and breaks every connection, for good. */
  stop(): Promise<void>;
}

interface Connection {
  readonly client: Socket;
  readonly engine: Socket;
  /** The answer to what was sent last is the one to lose. */
  losesAnswer: boolean;
}

/**
 * Puts a proxy, on a free loopback port, before an engine.
 *
 * @param target - the engine's URL, or its port on loopback
 */
export async function startProxy(target: string | number): Promise<EngineProxy> {
  const url = new URL(typeof target === "string" ? target : `tcp://127.0.0.1:${target}`);
  const { hostname: host, port: targetPort } = url;
  const connections = new Set<Connection>();
  let nextCut: "before" | "after" | undefined;
  let isStalled = false;

  function join(client: Socket): void {
    const engine = open({ host, port: Number(targetPort), noDelay: true });
    const connection = { client, engine, losesAnswer: false };
    connections.add(connection);
    if (isStalled) engine.pause();
    client.setNoDelay(true);
    client.on("data", (chunk) => {
      const cut = nextCut;
      nextCut = undefined;
      if (cut === "before") return part(connection);
      if (cut === "after") connection.losesAnswer = true;
      // What does not fit into the socket waits in memory: tests send a few megabytes at most.
      engine.write(chunk);
    });
    engine.on("data", (chunk) => {
      if (connection.losesAnswer) return part(connection);
      client.write(chunk);
    });
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      socket.on("end", () => other.end());
      // An end in order leaves the other side to finish what it has to say.
      socket.on("close", (isBroken) => {
        if (isBroken || other.destroyed) part(connection);
      });
      // A broken connection is what this is for; "close" follows.
      socket.on("error", () => {});
    }
  }

  function part(connection: Connection): void {
    connections.delete(connection);
    connection.client.destroy();
    connection.engine.destroy();
  }

  function cut(): void {
    for (const connection of connections) part(connection);
  }

  let server = await listen(0, join);
  const port = portOf(server);
  url.port = `${port}`;

  async function refuse(): Promise<void> {
    // Not its "close" event: that waits for the connections, which stay.
    server.close();
    await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    port,
    url: url.href,
    cut,
    cutBeforeRequest() {
      nextCut = "before";
    },
    cutAfterRequest() {
      nextCut = "after";
    },
    stall() {
      isStalled = true;
      for (const { engine } of connections) engine.pause();
    },
    resume() {
      isStalled = false;
      for (const { engine } of connections) engine.resume();
    },
    refuse,
    async accept() {
      if (!server.listening) server = await listen(port, join);
    },
    async stop() {
      await refuse();
      cut();
    },
  };
}

async function listen(port: number, join: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, join);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no loopback port to be had");
  return address.port;
}
