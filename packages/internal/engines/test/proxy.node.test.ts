import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type EngineProxy, startProxy } from "@coatcheck/engines";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A server that answers `echo <line>` to each line, and keeps them. */
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

/** A connection through the proxy. `ask` resolves to the answer, or to `"broken"`. */
async function dial(port: number = proxy.port) {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  clients.push(socket);
  socket.setEncoding("utf8").on("error", () => {});
  await once(socket, "connect");
  const closed = once(socket, "close").then(() => "broken");
  const ask = async (line: string): Promise<string> => {
    const answer = once(socket, "data").then(([text]) => String(text));
    answer.catch(() => {});
    socket.write(`${line}\n`);
    return Promise.race([answer, closed]);
  };
  return { socket, closed, ask };
}

/** How an attempt to connect ends. */
async function attempt(): Promise<string> {
  try {
    await dial();
    return "connected";
  } catch (error) {
    return `${(error as NodeJS.ErrnoException).code}`;
  }
}

describe("startProxy", () => {
  it("passes on what is asked and answered, on many connections", async () => {
    const [one, two] = [await dial(), await dial()];
    expect(await Promise.all([one.ask("a"), two.ask("b")])).toEqual(["echo a\n", "echo b\n"]);
    expect(await one.ask("c")).toBe("echo c\n");
  });

  it("takes the URL of an engine, and gives its own", async () => {
    const other = await startProxy(`redis://user:secret@127.0.0.1:${new URL(proxy.url).port}/2`);
    expect(other.url).toBe(`redis://user:secret@127.0.0.1:${other.port}/2`);
    expect(await (await dial(other.port)).ask("a")).toBe("echo a\n");
    await other.stop();
  });

  it("passes on an end, and what is still on its way then", async () => {
    const { socket, closed } = await dial();
    const answer = once(socket, "data");
    socket.end("last\n");
    expect(String(await answer)).toBe("echo last\n");
    expect(await closed).toBe("broken");
  });

  it("passes on a large answer of a server that hangs up behind it", async () => {
    const text = "x".repeat(5_000_000);
    server.once("connection", (socket) => socket.end(text));
    const { socket, closed } = await dial();
    let received = 0;
    socket.on("data", (chunk: string) => {
      received += chunk.length;
    });
    expect(await closed).toBe("broken");
    expect(received).toBe(text.length);
  });

  it("cuts every connection, and takes new ones", async () => {
    const [one, two] = [await dial(), await dial()];
    await Promise.all([one.ask("a"), two.ask("b")]);
    proxy.cut();
    expect(await Promise.all([one.closed, two.closed])).toEqual(["broken", "broken"]);
    expect(await (await dial()).ask("c")).toBe("echo c\n");
  });

  it("cuts before a request: it never arrives", async () => {
    const [one, two] = [await dial(), await dial()];
    await two.ask("before");
    proxy.cutBeforeRequest();
    expect(await one.ask("lost")).toBe("broken");
    expect(await two.ask("after")).toBe("echo after\n");
    expect(lines).toEqual(["before", "after"]);
  });

  it("cuts after a request: it is done, and its answer is lost", async () => {
    const [one, two] = [await dial(), await dial()];
    await two.ask("before");
    proxy.cutAfterRequest();
    expect(await one.ask("done")).toBe("broken");
    expect(lines).toEqual(["before", "done"]);
    expect(await two.ask("after")).toBe("echo after\n");
  });

  it("holds answers back, on old connections and new ones, until it is told to go on", async () => {
    const one = await dial();
    await one.ask("before");
    proxy.stall();
    const two = await dial();
    const asked = [one.ask("a"), two.ask("b")];
    while (lines.length < 3) await new Promise((resolve) => setImmediate(resolve));
    // Both were done. By way of a connection that is not stalled an answer takes a few turns; none comes in a hundred.
    let answered = 0;
    for (const answer of asked) void answer.then(() => (answered += 1));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(0);
    proxy.resume();
    expect(await Promise.all(asked)).toEqual(["echo a\n", "echo b\n"]);
  });

  it("refuses connections, keeps those there are, and accepts again on the same port", async () => {
    const one = await dial();
    await one.ask("a");
    await proxy.refuse();
    expect(await attempt()).toBe("ECONNREFUSED");
    expect(await one.ask("b")).toBe("echo b\n");
    await proxy.accept();
    expect(await attempt()).toBe("connected");
    expect(await (await dial()).ask("c")).toBe("echo c\n");
  });

  it("looks to a client as a server does that is down, when that is down", async () => {
    server.close();
    const one = await dial();
    expect(await one.ask("a")).toBe("broken");
  });

  it("leaves nothing open when it stops", async () => {
    const one = await dial();
    await one.ask("a");
    await proxy.stop();
    expect(await one.closed).toBe("broken");
    expect(await attempt()).toBe("ECONNREFUSED");
  });
});
