import { serve } from "@hono/node-server";
import { storageDescriptions, storageKinds } from "./sessions/storage-kind.ts";
import { LOCAL_REDIS, readSettings } from "./settings.ts";
import { openShop } from "./shop.ts";
import { StartError } from "./start-error.ts";

const settings = await orExit(() => readSettings(process.env));
const { initial, port, folder, redisUrl } = settings;
const shop = await orExit(() => openShop(settings));

// Listens on localhost only: over plain HTTP, browsers accept a Secure cookie from localhost and from no other host.
const server = serve({ fetch: shop.app.fetch, port, hostname: "127.0.0.1" }, (address) => {
  console.log(`The shop is open: http://localhost:${address.port}`);
  console.log(`Mode: ${initial} (${storageDescriptions[initial].title}). Every page has a switch.`);
  const others = storageKinds.filter((kind) => kind !== initial);
  console.log(`To start with another mode: ${others.map((kind) => `MODE=${kind} npm run demo`).join(" or ")}`);
  console.log(`Data: ${folder}`);
  if (redisUrl === undefined) {
    console.log(`Redis is not offered. To use it: REDIS_URL=${LOCAL_REDIS} npm run demo`);
  } else if (shop.storages.find("redis") === undefined) {
    console.log("Redis is not offered: no server answers at REDIS_URL.");
  }
  console.log("Stop: Ctrl+C");
});

server.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") exit(`Port ${port} cannot be used: ${error.message}`);
  exit(`Port ${port} is in use. Choose another one: PORT=8080 npm run demo`);
});

// Under npm, Ctrl+C arrives twice: once from the terminal and once from npm.
let isClosing = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, close);

function close(): void {
  if (isClosing) return;
  isClosing = true;
  server.close(() => shop.close());
  // Chrome opens spare connections and sends nothing on them. close() alone would wait a minute for a request on each.
  setTimeout(() => process.exit(), 1000).unref();
}

/** Runs a step of the start. A {@link StartError} ends the process with its message and without a stack trace. */
async function orExit<Result>(step: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof StartError) exit(error.message);
    throw error;
  }
}

function exit(message: string): never {
  console.error(message);
  process.exit(1);
}
