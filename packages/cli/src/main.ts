import process from "node:process";
import { runCoatcheck } from "./program.ts";

// The reader of the output may stop early: `coatcheck sessions list … | head -1`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const args = process.argv.slice(2);
await runCoatcheck(
  {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: Date.now,
    setExitCode(code) {
      process.exitCode = code;
    },
    onInterrupt(act) {
      // Once, so that a second Ctrl+C ends the process at once.
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, act);
      return () => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, act);
      };
    },
  },
  args,
);

// A hanging connection must not keep the process alive, but all output must be written.
for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write("", resolve));
process.exit();
