import type { Random } from "./seeded-random.ts";

/** The limit of an input, in bytes, which is about that of a header. Longer inputs are cut. */
const MAX_LENGTH = 16_384;

/** Bytes with a meaning in some parser. */
const SPECIAL = Buffer.from("\0\t\n\r \"%',-.;:=\\_{}[]~019aAz\x7f\x80\xa0\xff", "latin1");

type Mutation = (input: Buffer, random: Random) => Buffer;

/**
 * Applies one to six small changes to an input.
 *
 * @param other - another input; mutations copy parts of it
 * @param words - pieces that mutations insert
 */
export function mutate(input: Buffer, other: Buffer, words: readonly string[], random: Random): Buffer {
  const mutations: readonly Mutation[] = [
    replace((byte) => byte ^ (1 << random(8))),
    replace(() => SPECIAL[random(SPECIAL.length)] ?? 0),
    replace((byte) => byte + 1),
    replace(() => random(256)),
    (from) => insert(from, Buffer.of(random(256)), random),
    (from) => insert(from, SPECIAL.subarray(random(SPECIAL.length)).subarray(0, 1), random),
    (from) => insert(from, Buffer.from(words[random(words.length)] ?? ""), random),
    (from) => insert(from, Buffer.from(words[random(words.length)] ?? ""), random),
    (from) => insert(from, part(from, random), random),
    (from) => insert(from, part(other, random), random),
    (from) => Buffer.concat([from.subarray(0, random(from.length + 1)), other.subarray(random(other.length + 1))]),
    remove,
    remove,
    (from) => from.subarray(0, random(from.length + 1)),
    repeat,
    changeNumber,
  ];
  let result = input;
  for (let left = 1 + random(6); left > 0; left--) {
    result = mutations[random(mutations.length)]?.(result, random) ?? result;
  }
  return result.subarray(0, MAX_LENGTH);
}

function replace(toByte: (byte: number) => number): Mutation {
  return (input, random) => {
    const result = Buffer.from(input);
    const index = random(input.length + 1);
    if (index < input.length) result[index] = toByte(input[index] ?? 0);
    return result;
  };
}

function insert(input: Buffer, piece: Buffer, random: Random): Buffer {
  const index = random(input.length + 1);
  return Buffer.concat([input.subarray(0, index), piece, input.subarray(index)]);
}

function part(input: Buffer, random: Random): Buffer {
  const start = random(input.length + 1);
  return input.subarray(start, start + 1 + random(32));
}

const remove: Mutation = (input, random) => {
  const start = random(input.length + 1);
  return Buffer.concat([input.subarray(0, start), input.subarray(start + 1 + random(16))]);
};

const repeat: Mutation = (input, random) => {
  const piece = part(input, random);
  return insert(input, Buffer.concat(new Array(1 + random(100)).fill(piece)), random);
};

/** Replaces a number, or a placeholder, which often stands for a number. */
const changeNumber: Mutation = (input, random) => {
  const numbers = ["0", "1", "-1", "1.5", "1e3", "1e300", "-1e300", "9007199254740993", "8640000000000001", "NaN"];
  const text = input.toString("latin1");
  const found = [...text.matchAll(/-?\d+|\{[a-z]+\}/g)];
  const chosen = found[random(found.length + 1)];
  if (chosen === undefined) return input;
  const replacement = numbers[random(numbers.length)] ?? "";
  const after = text.slice(chosen.index + chosen[0].length);
  return Buffer.from(text.slice(0, chosen.index) + replacement + after, "latin1");
};
