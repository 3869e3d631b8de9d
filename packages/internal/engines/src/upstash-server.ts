// A server with the HTTP API of Upstash for a Redis. Arguments: its loopback port, the URL of the Redis.
import { serve } from "@hono/node-server";
import { createApp } from "@humanwhocodes/upstash-redis-server";
import { UPSTASH_TOKEN } from "./upstash-token.ts";

const [port, redisUrl] = process.argv.slice(2);
const { fetch } = createApp({ token: UPSTASH_TOKEN, redisUrl });
serve({ fetch, port: Number(port), hostname: "127.0.0.1" }, () => process.stdout.write("listening\n"));
