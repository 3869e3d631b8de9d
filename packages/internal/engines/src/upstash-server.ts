// Speaks Upstash's HTTP API on a port of loopback, in front of a Redis. Arguments: the port, the URL of the Redis.
import { serve } from "@hono/node-server";
import { createApp } from "@humanwhocodes/upstash-redis-server";
import { UPSTASH_TOKEN } from "./upstash-token.ts";

const [port, redisUrl] = process.argv.slice(2);
const { fetch } = createApp({ token: UPSTASH_TOKEN, redisUrl });
serve({ fetch, port: Number(port), hostname: "127.0.0.1" }, () => process.stdout.write("listening\n"));
