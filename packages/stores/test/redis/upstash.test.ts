import { UPSTASH_TOKEN } from "@coatcheck/engines/upstash-token";
import { storeConformance } from "@coatcheck/testing";
import { Redis } from "@upstash/redis";
import { describe, expect, it } from "vitest";
import { upstashStore } from "../../src/upstash.ts";
import { engineUrl } from "../support/engines.ts";
import { newPrefix, sessionOf, storeKey } from "../support/sessions.ts";
import { overTwoClients } from "../support/two-clients.ts";

const url = engineUrl("upstash") ?? "";

/** The client decodes answers by default. */
const DECODINGS = {
  "with default options": {},
  "without decoding": { automaticDeserialization: false, responseEncoding: false as const },
};

describe.skipIf(url === "")("on Upstash", () => {
  for (const [how, config] of Object.entries(DECODINGS)) {
    storeConformance(
      { describe, it },
      {
        name: `upstashStore over a client ${how}`,
        isAtomic: true,
        hasSubjectIndex: true,
        hasSweeper: false,
        dropsWithin: 30,
        checksKeys: true,
        create: () =>
          overTwoClients(
            () => new Redis({ url, token: UPSTASH_TOKEN, enableTelemetry: false, ...config }),
            (client, prefix) => upstashStore(client, { prefix }),
            () => {},
          ),
      },
    );
  }
});

describe.skipIf(url === "")("upstashStore", () => {
  it("SEC-41 reveals no data when the server rejects a command, although the client does", async () => {
    const config = {
      url,
      token: UPSTASH_TOKEN,
      enableTelemetry: false,
      enableAutoPipelining: false,
      retry: false as const,
    };
    const client = new Redis(config);
    const prefix = newPrefix();
    await client.set(prefix + storeKey("a"), "not a hash");
    const session = sessionOf({ data: '{"d":{"card":"4111"}}' });
    const error: unknown = await upstashStore(client, { prefix })
      .create(storeKey("a"), session)
      .catch((reason: unknown) => reason);
    expect(String(error)).toContain("WRONGTYPE");
    const { message, stack, cause } = error as Error;
    expect([message, stack, JSON.stringify(cause)].join()).not.toContain("4111");
  });
});
