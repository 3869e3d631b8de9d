import type { Program } from "./program.ts";

const program: Program = { fetch: () => new Response("nobody") };
export default program;
