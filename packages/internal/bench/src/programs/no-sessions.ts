import type { Program } from "./program.ts";

const program: Program = { fetch: () => new Response("anonymous") };
export default program;
