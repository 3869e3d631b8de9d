import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineName, openStore } from "@coatcheck/engines/open-store";
import { createStorage } from "unstorage";
import { describe } from "vitest";
import { unstorageStore } from "../src/unstorage.ts";
import { cookieRevocationsSuite } from "./support/cookie-revocations-suite.ts";
import { engineUrl } from "./support/engines.ts";

async function connectTwice(engine: EngineName, url: string) {
  const [one, other] = [await openStore(engine, url), await openStore(engine, url)];
  return {
    stores: [one.store, other.store] as const,
    close: () => Promise.all([one.close(), other.close()]),
  };
}

for (const engine of ["redis", "postgres", "mariadb"] as const) {
  const url = engineUrl(engine);
  describe.skipIf(url === undefined)("with a server", () => {
    cookieRevocationsSuite(engine, () => connectTwice(engine, url ?? ""));
  });
}

// openStore uses node:sqlite of Node and Deno. The suite of sqlStore covers bun:sqlite.
if (!("Bun" in globalThis)) {
  cookieRevocationsSuite("SQLite", async () => {
    const folder = mkdtempSync(join(tmpdir(), "coatcheck-"));
    const connections = await connectTwice("sqlite", join(folder, "sessions.db"));
    return {
      ...connections,
      async close() {
        await connections.close();
        rmSync(folder, { recursive: true });
      },
    };
  });
}

cookieRevocationsSuite("unstorage", () => {
  const storage = createStorage();
  return { stores: [unstorageStore(storage), unstorageStore(storage)], close: () => storage.dispose() };
});
