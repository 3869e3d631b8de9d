import { join } from "node:path";
import { WeakSecretError } from "@coatcheck/core";
import { serve } from "@hono/node-server";
import { DataError } from "./data/folder.ts";
import { isRedisUrl } from "./data/redis.ts";
import { kindNames, kindWords, parseKind } from "./sessions/storage-kind.ts";
import { NoRedisError, openShop, type Shop } from "./shop.ts";

const { MODE = "sqlite", PORT = "3000", SESSION_SECRET, REDIS_URL, SHOP_DATA } = process.env;

/** Where Redis is when nobody says otherwise. */
const LOCAL_REDIS = "redis://127.0.0.1:6379";

const initial =
  parseKind(MODE) ?? refuse(`MODE is ${JSON.stringify(MODE)}. It must be one of ${kindNames.join(", ")}.`);
if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535) {
  refuse(`PORT is ${JSON.stringify(PORT)}. It must be a number from 0 (any free port) to 65535.`);
}
const folder = SHOP_DATA ?? join(import.meta.dirname, "..", ".data");
// A Redis that happens to be on this machine is somebody's: it is used when it was asked for, and not otherwise.
const redisUrl = REDIS_URL ?? (initial === "redis" ? LOCAL_REDIS : undefined);
if (redisUrl !== undefined && !isRedisUrl(redisUrl)) {
  // Not repeated: there may be a password in it.
  refuse(`REDIS_URL is not the address of a Redis. It looks like this: ${LOCAL_REDIS}`);
}
const shop = await open();

// Only this machine is answered: over plain http, browsers keep a Secure cookie for localhost and for nobody else.
const server = serve({ fetch: shop.app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`The shop is open: http://localhost:${port}`);
  console.log(`Mode: ${initial} (${kindWords[initial].title}). The pages have a switch.`);
  const others = kindNames.filter((kind) => kind !== initial);
  console.log(`Another one to start with: ${others.map((kind) => `MODE=${kind} npm run demo`).join(" or ")}`);
  console.log(`Data: ${folder}`);
  if (redisUrl === undefined) {
    console.log(`Redis is not offered. With it: REDIS_URL=${LOCAL_REDIS} npm run demo`);
  } else if (shop.kinds.find("redis") === undefined) {
    console.log("Redis is not offered: none answers at REDIS_URL.");
  }
  console.log("Stop: Ctrl+C");
});

server.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") refuse(`Port ${PORT} cannot be used: ${error.message}`);
  refuse(`Port ${PORT} is in use. Choose another one: PORT=8080 npm run demo`);
});

// Ctrl+C under npm comes twice, once from the terminal and once from npm, so a second signal must do no harm.
let isClosing = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, close);

function close(): void {
  if (isClosing) return;
  isClosing = true;
  server.close(() => shop.close());
  // Chrome opens connections in advance and sends nothing on them; close() alone would wait a minute for a request.
  setTimeout(() => process.exit(), 1000).unref();
}

async function open(): Promise<Shop> {
  try {
    return await openShop({ initial, folder, secret: SESSION_SECRET, redisUrl });
  } catch (error) {
    if (error instanceof WeakSecretError) {
      const source = SESSION_SECRET === undefined ? `The secret in ${folder}` : "SESSION_SECRET";
      refuse(`${source} is refused (${error.code}): ${error.message}`);
    }
    if (error instanceof DataError) refuse(error.message);
    if (error instanceof NoRedisError) {
      refuse(`${error.message} Start one (redis-server, or docker run -p 6379:6379 redis), or say where: REDIS_URL.`);
    }
    throw error;
  }
}

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}
