import type { Readable, Writable } from "node:stream";

/** Everything outside of the program that a command uses, so that tests can replace it. */
export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** For results only, because it may be the input of another program. */
  readonly stdout: CliStream;
  /** For everything else: progress, questions, errors. */
  readonly stderr: CliStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sets the exit code of the process, one of `exitCodes`. */
  setExitCode(code: number): void;
  /** Calls `act` once on Ctrl+C or SIGTERM. Returns a function that removes the listener. */
  onInterrupt(act: () => void): () => void;
}

/** A stream for text. */
export type CliStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };
