// The server of the soak, in a process of its own. Environment: PORT, REDIS_URL, and FAULTS for planted faults.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { redisStore } from "@coatcheck/stores/redis";
import { createClient } from "redis";
import { application } from "./application.ts";
import type { Health } from "./health.ts";
import { withPlantedFaults } from "./planted-faults.ts";

const { PORT, REDIS_URL = "", FAULTS = "" } = process.env;
let unhandledRejections = 0;
let requests = 0;
process.on("unhandledRejection", () => {
  unhandledRejections += 1;
});

const client = createClient({ url: REDIS_URL });
await client.connect();
const fetch = withPlantedFaults(application(redisStore(client)), FAULTS);
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
    outgoing.setHeader("Content-Type", "application/json").end(JSON.stringify(await measureHealth()));
    return;
  }
  requests += 1;
  const headers = new Headers({ Cookie: incoming.headers.cookie ?? "" });
  const request = new Request(`http://localhost:${PORT}${incoming.url}`, {
    method: "POST",
    headers,
    body: Buffer.concat(body),
  });
  const response = await fetch(request);
  outgoing.statusCode = response.status;
  outgoing.setHeaders(response.headers);
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

/** Takes a second, because finished requests and kept-alive connections are released with a delay. */
async function measureHealth(): Promise<Health> {
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
