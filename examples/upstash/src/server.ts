import { serve } from "@hono/node-server";
import { fetch } from "./app.ts";

// Only this machine is answered: over plain http, browsers keep a Secure cookie for localhost and for nobody else.
serve({ fetch, port: Number(process.env["PORT"] ?? 3000), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://localhost:${port}`);
});
