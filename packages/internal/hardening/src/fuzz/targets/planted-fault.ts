import type { Target } from "../target.ts";

/**
 * No part of coatcheck: a fault behind four comparisons, one after the other, which a fuzzer finds that follows coverage,
 * and no other one within a lifetime. For the test of the fuzzer itself.
 */
export const maze: Target = {
  name: "maze",
  words: ["a"],

  async start() {
    return async (input) => {
      if (enter(input)) throw new Error("found the way");
      return "lost";
    };
  },
};

function enter(input: Buffer): boolean {
  const [first, second, third, fourth] = input.toString("latin1");
  if (first !== "{") return false;
  if (second !== "%") return false;
  if (third !== "~") return false;
  return fourth === "=";
}
