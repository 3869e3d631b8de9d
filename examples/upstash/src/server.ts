import { serve } from "@hono/node-server";
import { fetch } from "./app.ts";

// Listens on localhost only: over plain HTTP, browsers accept a Secure cookie from localhost and from no other host.
serve({ fetch, port: Number(process.env["PORT"] ?? 3000), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://localhost:${port}`);
});
