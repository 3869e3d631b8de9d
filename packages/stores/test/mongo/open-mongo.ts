import { type MongoServer, startMongoServer } from "@coatcheck/engines/mongo";
import { type Collection, MongoClient, type MongoClientOptions } from "mongodb";

/** A server for one test, and the official driver connected to it. */
export interface MongoUnderTest {
  readonly server: MongoServer;
  readonly client: MongoClient;
  readonly collection: Collection;
  /** Connects another client and returns the same collection, as another process has it. */
  connectPeer(): Collection;
  close(): Promise<void>;
}

/** Starts a server and connects to it. The driver retries writes only on a replica set. */
export async function openMongo(
  options: MongoClientOptions & { isReplicaSet?: boolean } = {},
): Promise<MongoUnderTest> {
  const { isReplicaSet = true, ...clientOptions } = options;
  const server = await startMongoServer({ isReplicaSet });
  const clients: MongoClient[] = [];
  function connect(): MongoClient {
    // After a failure the driver checks the server before it uses it again, at most this often.
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
