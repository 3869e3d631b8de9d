import { type MongoServer, startMongoServer } from "@coatcheck/engines/mongo";
import { type Collection, MongoClient, type MongoClientOptions } from "mongodb";

/** A server of its own for one test, and the official driver connected to it. */
export interface MongoUnderTest {
  readonly server: MongoServer;
  readonly client: MongoClient;
  readonly collection: Collection;
  /** The same collection by a client of its own, as another process has it. */
  connectPeer(): Collection;
  close(): Promise<void>;
}

/** Where there is one member, writes are not sent twice. */
export async function openMongo(
  options: MongoClientOptions & { isReplicaSet?: boolean } = {},
): Promise<MongoUnderTest> {
  const { isReplicaSet = true, ...clientOptions } = options;
  const server = await startMongoServer({ isReplicaSet });
  const clients: MongoClient[] = [];
  function connect(): MongoClient {
    // The driver looks at a server that failed before it is used again, at most this often.
    const client = new MongoClient(server.url, { minHeartbeatFrequencyMS: 10, ...clientOptions });
    clients.push(client);
    return client;
  }
  const client = connect();
  return {
    server,
    client,
    collection: client.db().collection("sessions"),
    connectPeer: () => connect().db().collection("sessions"),
    async close() {
      for (const each of clients) await each.close();
      await server.close();
    },
  };
}
