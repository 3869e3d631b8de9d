import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { Document } from "bson";
import { MongoCommandError } from "./command-error.ts";
import { type MongoDatabase, mongoDatabase } from "./database.ts";
import { type MongoRequest, readRequests, writeAnswer } from "./wire.ts";

/** A fault in the execution of a command. */
export type MongoFault =
  /** The server is no longer the primary. The command has no effect. */
  | "not primary"
  /** The command takes effect, but no majority confirms it in time. */
  | "no majority"
  /** The connection breaks before the command takes effect. */
  | "drop before"
  /** The command takes effect, and the connection breaks before the answer. */
  | "drop after"
  /** The command has no effect and gets no answer. */
  | "hang";

/**
 * A server with the wire protocol of MongoDB, for tests with the official driver. A real one cannot be installed where
 * the tests must run. It supports exactly the commands of the store and rejects everything else.
 */
export interface MongoServer extends Pick<MongoDatabase, "documents"> {
  readonly url: string;
  /** The commands received, in order, without those by which the driver monitors the server. */
  readonly commands: readonly Document[];
  /** Makes the next commands of this name fail: one, or as many as given. */
  failNext(command: string, fault: MongoFault, times?: number): void;
  close(): Promise<void>;
}

/** The name of the replica set. As a member of one, the server recognizes retried writes. */
const SET_NAME = "rs0";

export async function startMongoServer(options: { readonly isReplicaSet?: boolean } = {}): Promise<MongoServer> {
  const { isReplicaSet = true } = options;
  const database = mongoDatabase();
  const commands: Document[] = [];
  const faults: { readonly command: string; readonly fault: MongoFault }[] = [];
  const sockets = new Set<Socket>();
  /** The answers to writes by session and transaction number, for retried writes. */
  const answered = new Map<string, Document>();
  const server = createServer(serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const host = `127.0.0.1:${address.port}`;

  function serve(socket: Socket): void {
    sockets.add(socket);
    let pending: Buffer = Buffer.alloc(0);
    socket.on("close", () => sockets.delete(socket));
    // Tests break connections on purpose.
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      const { requests, rest } = readRequests(Buffer.concat([pending, chunk]));
      pending = rest;
      for (const request of requests) answer(socket, request);
    });
  }

  function answer(socket: Socket, request: MongoRequest): void {
    const [name = ""] = Object.keys(request.command);
    if (isHello(name)) {
      socket.write(writeAnswer(request, hello()));
      return;
    }
    commands.push(request.command);
    const index = faults.findIndex(({ command }) => command === name);
    const fault = index === -1 ? undefined : faults.splice(index, 1)[0]?.fault;
    if (fault === "hang") return;
    if (fault === "drop before") {
      socket.destroy();
      return;
    }
    const result = fault === "not primary" ? notPrimary(request.command) : run(request.command);
    if (fault === "drop after") socket.destroy();
    else if (request.wantsAnswer)
      socket.write(writeAnswer(request, fault === "no majority" ? { ...result, ...NO_MAJORITY } : result));
  }

  function run(command: Document): Document {
    const { lsid, txnNumber } = command;
    if (txnNumber !== undefined && !isReplicaSet) {
      return toAnswer(new MongoCommandError(20, "IllegalOperation", "Transaction numbers are for replica sets"));
    }
    const write = txnNumber === undefined ? undefined : `${lsid.id.toString("hex")} ${txnNumber}`;
    const earlier = write === undefined ? undefined : answered.get(write);
    if (earlier !== undefined) return earlier;
    try {
      const result = database.run(command);
      if (write !== undefined) answered.set(write, result);
      return result;
    } catch (error) {
      return toAnswer(error);
    }
  }

  function hello(): Document {
    return {
      ismaster: true,
      isWritablePrimary: true,
      helloOk: true,
      ...(isReplicaSet && {
        setName: SET_NAME,
        setVersion: 1,
        hosts: [host],
        primary: host,
        me: host,
        secondary: false,
      }),
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: WIRE_VERSION,
      readOnly: false,
      ok: 1,
    };
  }

  return {
    url: `mongodb://${host}/coatcheck${isReplicaSet ? `?replicaSet=${SET_NAME}` : ""}`,
    commands,
    documents: database.documents,
    failNext(command, fault, times = 1) {
      for (let count = 0; count < times; count++) faults.push({ command, fault });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** MongoDB 8.0 */
const WIRE_VERSION = 25;

const NO_MAJORITY: Document = {
  writeConcernError: {
    code: 64,
    codeName: "WriteConcernTimeout",
    errmsg: "waiting for replication timed out",
    errInfo: { wtimeout: true },
  },
};

/** The label allows the driver to retry the write. */
function notPrimary({ txnNumber }: Document): Document {
  const labels = txnNumber === undefined ? {} : { errorLabels: ["RetryableWriteError"] };
  return { ok: 0, code: 10_107, codeName: "NotWritablePrimary", errmsg: "not primary", ...labels };
}

function isHello(name: string): boolean {
  return ["hello", "ismaster", "isMaster"].includes(name);
}

function toAnswer(error: unknown): Document {
  if (!(error instanceof MongoCommandError)) throw error;
  return { ok: 0, code: error.code, codeName: error.codeName, errmsg: error.message };
}
