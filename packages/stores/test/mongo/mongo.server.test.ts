import { storeConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { mongoStore } from "../../src/mongo.ts";
import { openMongo } from "./open-mongo.ts";

for (const isReplicaSet of [true, false]) {
  storeConformance(
    { describe, it },
    {
      name: `mongoStore, ${isReplicaSet ? "replica set" : "one server"}`,
      create: async () => {
        const { collection, connectPeer, close } = await openMongo({ isReplicaSet });
        return { store: mongoStore(collection), peer: mongoStore(connectPeer()), close };
      },
      hasSweeper: false,
      checksKeys: true,
      // No dropsWithin: the server of these tests drops nothing. mongo-live.server.test.ts waits for one that does.
    },
  );
}
