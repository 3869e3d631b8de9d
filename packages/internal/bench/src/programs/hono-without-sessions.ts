import { Hono } from "hono";
import type { Program } from "./program.ts";

const program: Program = new Hono().get("/*", (c) => c.text("anonymous"));

export default program;
