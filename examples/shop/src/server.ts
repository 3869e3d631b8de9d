import { randomBytes } from "node:crypto";
import { WeakSecretError } from "@coatcheck/core";
import { serve } from "@hono/node-server";
import { createApp } from "./app.ts";
import { createSessions, isMode, type Mode, modes, type ShopSessions } from "./sessions.ts";

const { MODE = "server", PORT = "3000", SESSION_SECRET } = process.env;

if (!isMode(MODE)) refuse(`MODE is ${JSON.stringify(MODE)}. It must be one of ${Object.keys(modes).join(", ")}.`);
if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535) {
  refuse(`PORT is ${JSON.stringify(PORT)}. It must be a number from 0 (any free port) to 65535.`);
}
const app = createApp(openSessions(MODE, SESSION_SECRET ?? randomBytes(32).toString("base64url")));

// Only this machine is answered: over plain http, browsers keep a Secure cookie for localhost and for nobody else.
const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`The shop is open: http://localhost:${port}`);
  console.log(`Mode: ${MODE} (${modes[MODE]})`);
  const others = Object.keys(modes).filter((mode) => mode !== MODE);
  console.log(`Another one: ${others.map((mode) => `MODE=${mode} npm run demo`).join(" or ")}`);
  if (SESSION_SECRET === undefined) {
    console.log("SESSION_SECRET is not set, so one was made for this run: all sessions end with this process.");
  } else if (MODE === "server") {
    console.log("Sessions are in this process's memory, and end with it.");
  } else {
    console.log("Which sessions were ended is in this process's memory: after a restart their cookies are good again.");
  }
  console.log("Stop: Ctrl+C");
});

server.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EADDRINUSE") refuse(`Port ${PORT} cannot be used: ${error.message}`);
  refuse(`Port ${PORT} is in use. Choose another one: PORT=8080 npm run demo`);
});

// Ctrl+C under npm comes twice, once from the terminal and once from npm, so a second signal must do no harm.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, close);

function close(): void {
  server.close();
  // Chrome opens connections in advance and sends nothing on them; close() alone would wait a minute for a request.
  setTimeout(() => process.exit(), 1000).unref();
}

function openSessions(mode: Mode, secret: string): ShopSessions {
  try {
    return createSessions(mode, secret);
  } catch (error) {
    if (error instanceof WeakSecretError) refuse(`SESSION_SECRET is refused (${error.code}): ${error.message}`);
    throw error;
  }
}

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}
