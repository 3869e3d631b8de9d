/** Something that is tried with whatever input. */
export interface Target {
  readonly name: string;
  /** Pieces of input that mutations put in. */
  readonly words: readonly string[];
  /**
   * Resolves to what tries one input. That resolves to what came of it in a few words, which the fuzzer follows like
   * coverage, and rejects when something happened that never may.
   */
  start(): Promise<Attempt>;
}

export type Attempt = (input: Buffer) => Promise<string>;
