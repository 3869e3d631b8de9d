import { storeConformance } from "@coatcheck/testing";
import { describe, it } from "vitest";
import { mongoStore } from "../../src/mongo.ts";
import { openMongo } from "./open-mongo.ts";

for (const isReplicaSet of [true, false]) {
  storeConformance(
    { describe, it },
    {
      name: `mongoStore on a ${isReplicaSet ? "replica set" : "single server"}`,
      create: async () => {
        const { collection, connectPeer, close } = await openMongo({ isReplicaSet });
        return { store: mongoStore(collection), peer: mongoStore(connectPeer()), close };
      },
      isAtomic: true,
      hasSubjectIndex: true,
      hasSweeper: false,
      checksKeys: true,
      // No dropsWithin: this server removes nothing by itself. mongo-live.server.test.ts tests a real one.
    },
  );
}
