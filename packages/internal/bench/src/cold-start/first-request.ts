// A process that has done nothing yet: imports a program, has it make a session, and prints how many milliseconds that
// took. Argument: the file of the program, bundled.
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Program } from "../programs/program.ts";

const url = pathToFileURL(process.argv[2] ?? "").href;
const request = new Request("http://localhost/fill");
const beganAt = performance.now();
const { default: program } = (await import(url)) as { default: Program };
const response = await program.fetch(request);
const milliseconds = performance.now() - beganAt;
if (!response.ok) throw new Error(`answered ${response.status}`);
console.log(milliseconds);
