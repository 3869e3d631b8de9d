/** A phrase that plain English does without, and a hint at what to write. */
interface Phrase {
  readonly pattern: RegExp;
  readonly hint: string;
}

/** A phrase in a text. */
export interface PhraseFinding {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly hint: string;
}

/** cspell flags single words. These are the expressions of several words. */
const PHRASES: readonly Phrase[] = [
  { pattern: /\bbe it\b(?!\()/i, hint: "name the cases" },
  { pattern: /\bfor ever\b/i, hint: "forever, or say how long" },
  { pattern: /\bbelong(s|ed)? into\b/i, hint: "belongs in" },
  { pattern: /\b(takes?|took|taken|taking) the place of\b/i, hint: "replaces" },
  { pattern: /\b(comes?|came|coming) to be\b/i, hint: "becomes" },
  { pattern: /\b(is|are|was|were) to be had\b/i, hint: "is available" },
  { pattern: /\bin vain\b/i, hint: "without success, or say what fails" },
  { pattern: /\bwhat (is|are|was|were) no\b/i, hint: "name the subject: an invalid X" },
  { pattern: /\b(makes?|made|making) good\b/i, hint: "repairs, restores" },
  { pattern: /\bsuch a one\b/i, hint: "repeat the noun" },
  { pattern: /\bwhichever way\b/i, hint: "either way, in both cases" },
];

/** Starts of a line that are not prose: the markers of comments, quotes and lists. */
const LINE_START = /\n[ \t]*(?:\/\/+|\/?\*+|#+|>+|--|-)?[ \t]*/g;

/** Finds the phrases of a text, also where a phrase continues in the next line of a comment or a paragraph. */
export function phrasesIn(text: string): PhraseFinding[] {
  // Each line start becomes spaces of the same length, so that positions stay valid.
  const prose = text.replace(LINE_START, (start) => " ".repeat(start.length));
  return PHRASES.flatMap(({ pattern, hint }) => {
    const spaced = new RegExp(pattern.source.replaceAll(" ", " +"), "gi");
    return [...prose.matchAll(spaced)].map((match) => ({
      line: text.slice(0, match.index).split("\n").length,
      text: match[0].replace(/ +/g, " "),
      hint,
    }));
  }).sort((a, b) => a.line - b.line);
}
