import type { Readable, Writable } from "node:stream";

/** What a command has of the world. Tests give it another one. */
export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Takes results, and nothing else: it may be another program's input. */
  readonly stdout: CliStream;
  /** Takes all that is said besides: progress, questions, errors. */
  readonly stderr: CliStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What the process is to end with, one of `exitCodes`. */
  setExitCode(code: number): void;
  /** Calls `act` once when somebody asks the process to end (Ctrl+C); returns what takes that back. */
  onInterrupt(act: () => void): () => void;
}

/** Where text goes to. */
export type CliStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };
