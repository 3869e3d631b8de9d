// The server that is soaked, in a process of its own: PORT, REDIS_URL, and FAULTS for one that does something wrong.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { redisStore } from "@coatcheck/stores/redis";
import { createClient } from "redis";
import { application } from "./application.ts";
import type { Health } from "./health.ts";
import { withFaults } from "./planted-faults.ts";

const { PORT, REDIS_URL = "", FAULTS = "" } = process.env;
let unhandledRejections = 0;
let requests = 0;
process.on("unhandledRejection", () => {
  unhandledRejections += 1;
});

const client = createClient({ url: REDIS_URL });
await client.connect();
const answer = withFaults(application(redisStore(client)), FAULTS);
const server = createServer((incoming, outgoing) => {
  respond(incoming, outgoing).catch((error: unknown) => {
    console.error(error);
    outgoing.writeHead(500).end();
  });
});
server.listen(Number(PORT), "localhost", () => console.log("listening"));

async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body: Buffer[] = await incoming.toArray();
  if (incoming.url === "/health") {
    outgoing.setHeader("Content-Type", "application/json").end(JSON.stringify(await examine()));
    return;
  }
  requests += 1;
  const headers = new Headers({ Cookie: incoming.headers.cookie ?? "" });
  const request = new Request(`http://localhost:${PORT}${incoming.url}`, {
    method: "POST",
    headers,
    body: Buffer.concat(body),
  });
  const response = await answer(request);
  outgoing.statusCode = response.status;
  outgoing.setHeaders(response.headers);
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

/** Takes a second: what is about to be let go, connections that are kept alive and finished requests, is not yet. */
async function examine(): Promise<Health> {
  server.closeIdleConnections();
  let heap = Infinity;
  for (let times = 0; times < 5; times++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    globalThis.gc?.();
    heap = Math.min(heap, process.memoryUsage().heapUsed);
  }
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo().sort()) handles[kind] = (handles[kind] ?? 0) + 1;
  return { heap, handles, unhandledRejections, requests };
}
