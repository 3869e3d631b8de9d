import type { Target } from "../target.ts";

/**
 * Not a part of coatcheck: a fault behind three comparisons, one after the other. A fuzzer that follows coverage finds it
 * quickly; one that does not needs about 2^24 inputs. The tests of the fuzzer use it.
 */
export const plantedFault: Target = {
  name: "planted-fault",
  words: ["a"],

  async start() {
    return async (input) => {
      if (reachesFault(input)) throw new Error("reached the planted fault");
      return "not reached";
    };
  },
};

/** Compares byte by byte in separate blocks, so that each match shows in the coverage. */
function reachesFault(input: Buffer): boolean {
  const [first, second, third] = input.toString("latin1");
  if (first !== "{") return false;
  if (second !== "%") return false;
  return third === "~";
}
