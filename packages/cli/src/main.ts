import process from "node:process";
import { runCoatcheck } from "./program.ts";

// Whoever reads the output may stop reading: `coatcheck sessions list … | head -1`.
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
      // Once: the second Ctrl+C ends the process whatever it does.
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, act);
      return () => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, act);
      };
    },
  },
  args,
);

// A connection that hangs must not keep the process; what was written must arrive.
for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write("", resolve));
process.exit();
