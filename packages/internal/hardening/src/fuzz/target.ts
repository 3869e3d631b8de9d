/** A part of coatcheck that the fuzzer feeds with input. */
export interface Target {
  readonly name: string;
  /** Pieces of input that mutations insert. */
  readonly words: readonly string[];
  /** Prepares the target. Resolves to the function that runs one input. */
  start(): Promise<Attempt>;
}

/**
 * Runs one input. Resolves to the outcome in a few words: the fuzzer treats a new outcome like new coverage. Rejects when
 * the input broke a rule of the target.
 */
export type Attempt = (input: Buffer) => Promise<string>;
