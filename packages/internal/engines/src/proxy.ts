import { once } from "node:events";
import { createServer, connect as openSocket, type Server, type Socket } from "node:net";

/** A proxy between clients and an engine that simulates network failures. */
export interface EngineProxy {
  readonly port: number;
  /** The engine's URL with the port of the proxy. */
  readonly url: string;
  /** Breaks all connections. New ones are accepted. */
  cut(): void;
  /**
   * Breaks the connection of the next request before it reaches the engine. Any bytes of a client count as a request,
   * so no other request may be in progress.
   */
  cutBeforeRequest(): void;
  /** Passes the next request on, waits for the answer of the engine, and breaks the connection without the answer. */
  cutAfterRequest(): void;
  /** Holds all answers of the engine back, on old and new connections, until {@link resume}. */
  stall(): void;
  resume(): void;
  /**
   * Closes the port, so that new connections are refused. Open ones stay: {@link cut} them to simulate a server down.
   */
  refuse(): Promise<void>;
  /** Opens the same port again. */
  accept(): Promise<void>;
  /** Closes the port and breaks all connections. */
  stop(): Promise<void>;
}

interface Connection {
  readonly client: Socket;
  readonly engine: Socket;
  /** The next answer of the engine breaks the connection. */
  losesAnswer: boolean;
}

/**
 * Starts a proxy for an engine on a free loopback port.
 *
 * @param target - the URL of the engine, or its loopback port
 */
export async function startProxy(target: string | number): Promise<EngineProxy> {
  const url = new URL(typeof target === "string" ? target : `tcp://127.0.0.1:${target}`);
  const { hostname: host, port: targetPort } = url;
  const connections = new Set<Connection>();
  let nextCut: "before" | "after" | undefined;
  let isStalled = false;

  function connect(client: Socket): void {
    const engine = openSocket({ host, port: Number(targetPort), noDelay: true });
    const connection = { client, engine, losesAnswer: false };
    connections.add(connection);
    if (isStalled) engine.pause();
    client.setNoDelay(true);
    client.on("data", (chunk) => {
      const cut = nextCut;
      nextCut = undefined;
      if (cut === "before") return disconnect(connection);
      if (cut === "after") connection.losesAnswer = true;
      // Data that the socket does not take waits in memory. Tests send a few megabytes at most.
      engine.write(chunk);
    });
    engine.on("data", (chunk) => {
      if (connection.losesAnswer) return disconnect(connection);
      client.write(chunk);
    });
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      socket.on("end", () => other.end());
      // After an orderly end the other side may still send data.
      socket.on("close", (isBroken) => {
        if (isBroken || other.destroyed) disconnect(connection);
      });
      // Broken connections are expected, and "close" follows.
      socket.on("error", () => {});
    }
  }

  function disconnect(connection: Connection): void {
    connections.delete(connection);
    connection.client.destroy();
    connection.engine.destroy();
  }

  function cut(): void {
    for (const connection of connections) disconnect(connection);
  }

  let server = await listen(0, connect);
  const port = portOf(server);
  url.port = `${port}`;

  async function refuse(): Promise<void> {
    // Do not wait for "close", which waits for the open connections.
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
      if (!server.listening) server = await listen(port, connect);
    },
    async stop() {
      await refuse();
      cut();
    },
  };
}

async function listen(port: number, onConnection: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return address.port;
}
