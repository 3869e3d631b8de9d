import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createStorage } from "unstorage";
import http from "unstorage/drivers/http";
import { createStorageServer } from "unstorage/server";
import { afterEach } from "vitest";
import { unstorageSuite } from "./unstorage-suite.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Starts the HTTP server of unstorage, through which processes share a storage. Returns its URL. */
async function serve(): Promise<string> {
  const server = createServer(createStorageServer(createStorage()).handle);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

unstorageSuite({ name: "http", newBase: serve, driver: (base) => http({ base }) });
