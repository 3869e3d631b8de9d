// Runs in a new process: imports a bundled program, sends it a request that creates a session, and prints how many
// milliseconds that took. Argument: the file of the program.
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Program } from "../programs/program.ts";

const url = pathToFileURL(process.argv[2] ?? "").href;
const request = new Request("http://localhost/fill");
const startedAt = performance.now();
const { default: program } = (await import(url)) as { default: Program };
const response = await program.fetch(request);
const milliseconds = performance.now() - startedAt;
if (!response.ok) throw new Error(`the program answered ${response.status}`);
console.log(milliseconds);
