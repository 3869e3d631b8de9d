import { spawn } from "node:child_process";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runCoatcheck } from "../../src/program.ts";

/** The result of a run of the command line. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The input of a run besides its arguments. */
export interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Epoch milliseconds. Only used by `inProcess`. */
  readonly now?: number;
}

/** The command that runs the program from its sources. */
export const COMMAND: readonly [string, ...string[]] = [
  process.execPath,
  "--conditions=@coatcheck/source",
  fileURLToPath(new URL("../../src/main.ts", import.meta.url)),
];

/** Runs the program in its own process, without the developer's environment variables. */
export async function coatcheck(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runProgram([...COMMAND, ...args], options);
}

/** Runs any program. */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  { stdin = "", env = {}, cwd = process.cwd() }: RunOptions = {},
): Promise<Run> {
  // The cache halves the time that Node takes to start the program from its sources.
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(file, args, { cwd, env: { PATH, NODE_COMPILE_CACHE, ...env } });
  child.stdin.end(stdin);
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on("close", resolve)),
  ]);
  return { status, stdout, stderr };
}

/** Runs the program in this process, which takes a hundredth of the time. */
export async function inProcess(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { stdin = "", env = {}, cwd = process.cwd(), now = Date.now() } = options;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let status = 0;
  await runCoatcheck(
    {
      stdin: Readable.from(stdin === "" ? [] : [Buffer.from(stdin)]),
      stdout,
      stderr,
      env,
      cwd,
      now: () => now,
      setExitCode(code) {
        status = code;
      },
      onInterrupt: () => () => undefined,
    },
    args,
  );
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}
