import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type EngineProxy, startProxy } from "@coatcheck/engines";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A server that records each line and answers `echo <line>`. */
let server: Server;
let lines: string[];
let proxy: EngineProxy;
let clients: Socket[];

beforeEach(async () => {
  lines = [];
  clients = [];
  server = createServer((socket) => {
    socket.setEncoding("utf8").on("error", () => {});
    socket.on("data", (text: string) => {
      for (const line of text.split("\n").slice(0, -1)) {
        lines.push(line);
        socket.write(`echo ${line}\n`);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  proxy = await startProxy(typeof address === "object" ? (address?.port ?? 0) : 0);
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await proxy.stop();
  server.close();
});

/** Connects through the proxy. `send` resolves to the answer, or to `"broken"`. */
async function connectClient(port: number = proxy.port) {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  clients.push(socket);
  socket.setEncoding("utf8").on("error", () => {});
  await once(socket, "connect");
  const closed = once(socket, "close").then(() => "broken");
  const send = async (line: string): Promise<string> => {
    const answer = once(socket, "data").then(([text]) => String(text));
    answer.catch(() => {});
    socket.write(`${line}\n`);
    return Promise.race([answer, closed]);
  };
  return { socket, closed, send };
}

/** The result of an attempt to connect. */
async function tryConnect(): Promise<string> {
  try {
    await connectClient();
    return "connected";
  } catch (error) {
    return `${(error as NodeJS.ErrnoException).code}`;
  }
}

describe("startProxy", () => {
  it("passes requests and answers on, over several connections", async () => {
    const [one, two] = [await connectClient(), await connectClient()];
    expect(await Promise.all([one.send("a"), two.send("b")])).toEqual(["echo a\n", "echo b\n"]);
    expect(await one.send("c")).toBe("echo c\n");
  });

  it("returns the URL of the engine with its own port", async () => {
    const other = await startProxy(`redis://user:secret@127.0.0.1:${new URL(proxy.url).port}/2`);
    expect(other.url).toBe(`redis://user:secret@127.0.0.1:${other.port}/2`);
    expect(await (await connectClient(other.port)).send("a")).toBe("echo a\n");
    await other.stop();
  });

  it("passes the end of a connection on, after the data before it", async () => {
    const { socket, closed } = await connectClient();
    const answer = once(socket, "data");
    socket.end("last\n");
    expect(String(await answer)).toBe("echo last\n");
    expect(await closed).toBe("broken");
  });

  it("passes a large answer on when the server closes the connection right after it", async () => {
    const text = "x".repeat(5_000_000);
    server.once("connection", (socket) => socket.end(text));
    const { socket, closed } = await connectClient();
    let received = 0;
    socket.on("data", (chunk: string) => {
      received += chunk.length;
    });
    expect(await closed).toBe("broken");
    expect(received).toBe(text.length);
  });

  it("breaks all connections and accepts new ones", async () => {
    const [one, two] = [await connectClient(), await connectClient()];
    await Promise.all([one.send("a"), two.send("b")]);
    proxy.cut();
    expect(await Promise.all([one.closed, two.closed])).toEqual(["broken", "broken"]);
    expect(await (await connectClient()).send("c")).toBe("echo c\n");
  });

  it("breaks the connection before a request arrives", async () => {
    const [one, two] = [await connectClient(), await connectClient()];
    await two.send("before");
    proxy.cutBeforeRequest();
    expect(await one.send("lost")).toBe("broken");
    expect(await two.send("after")).toBe("echo after\n");
    expect(lines).toEqual(["before", "after"]);
  });

  it("breaks the connection after a request, without its answer", async () => {
    const [one, two] = [await connectClient(), await connectClient()];
    await two.send("before");
    proxy.cutAfterRequest();
    expect(await one.send("done")).toBe("broken");
    expect(lines).toEqual(["before", "done"]);
    expect(await two.send("after")).toBe("echo after\n");
  });

  it("holds answers back until it resumes, on old and new connections", async () => {
    const one = await connectClient();
    await one.send("before");
    proxy.stall();
    const two = await connectClient();
    const requests = [one.send("a"), two.send("b")];
    while (lines.length < 3) await new Promise((resolve) => setImmediate(resolve));
    // Both requests have arrived. Without the stall, an answer takes a few turns of the event loop; none arrives in
    // 100.
    let answered = 0;
    for (const answer of requests) void answer.then(() => (answered += 1));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(0);
    proxy.resume();
    expect(await Promise.all(requests)).toEqual(["echo a\n", "echo b\n"]);
  });

  it("refuses new connections, keeps the open ones, and accepts again on the same port", async () => {
    const one = await connectClient();
    await one.send("a");
    await proxy.refuse();
    expect(await tryConnect()).toBe("ECONNREFUSED");
    expect(await one.send("b")).toBe("echo b\n");
    await proxy.accept();
    expect(await tryConnect()).toBe("connected");
    expect(await (await connectClient()).send("c")).toBe("echo c\n");
  });

  it("breaks connections when the server is down", async () => {
    server.close();
    const one = await connectClient();
    expect(await one.send("a")).toBe("broken");
  });

  it("closes everything when it stops", async () => {
    const one = await connectClient();
    await one.send("a");
    await proxy.stop();
    expect(await one.closed).toBe("broken");
    expect(await tryConnect()).toBe("ECONNREFUSED");
  });
});
