/** The words of a command in a shell block, without assignments and redirections. */
export type Command = readonly string[];

/**
 * The commands of a shell block in their order, including those in `$(…)`. This understands only the syntax that the
 * documentation uses. `bash -n` checks the rest.
 */
export function commandsOf(code: string): Command[] {
  const reader = new Reader(code);
  reader.read();
  return reader.commands.map(withoutAssignments).filter((words) => words.length > 0);
}

/** The names of the functions that a block defines, as in `visit() { … }`. */
export function functionsIn(code: string): string[] {
  return [...code.matchAll(/^(\w+)\(\) \{/gm)].map(([, name = ""]) => name);
}

function withoutAssignments(words: Command): Command {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return first < 0 ? [] : words.slice(first);
}

class Reader {
  readonly commands: Command[] = [];
  readonly #code: string;
  #at = 0;
  #words: string[] = [];
  #word: string | undefined;
  #isTarget = false;

  constructor(code: string) {
    this.#code = code;
  }

  read(): void {
    for (; this.#at < this.#code.length; this.#at++) this.#step(this.#code[this.#at] ?? "");
    this.#endCommand();
  }

  #step(char: string): void {
    if (char === "\\") this.#add(this.#code[++this.#at] ?? "");
    else if (char === "'") this.#add(this.#until("'"));
    else if (char === '"') this.#quoted();
    else if (char === "$" && this.#code[this.#at + 1] === "(") this.#substitute();
    else if (char === "#" && this.#word === undefined) this.#at = this.#lineEnd() - 1;
    else if (/[\n;|&]/.test(char)) this.#endCommand();
    else if (/\s/.test(char)) this.#endWord();
    else if (/[<>]/.test(char)) this.#redirect();
    else if (/[{}]/.test(char) && this.#word === undefined) this.#endCommand();
    else if (this.#code.startsWith("() {", this.#at)) this.#skipDefinition();
    else this.#add(char);
  }

  #add(text: string): void {
    this.#word = (this.#word ?? "") + text;
  }

  /** Moves to the next `end` and returns the text before it. */
  #until(end: string): string {
    const from = this.#at + 1;
    this.#at = this.#code.indexOf(end, from);
    if (this.#at < 0) throw new Error(`A shell block lacks a closing ${end}.`);
    return this.#code.slice(from, this.#at);
  }

  #quoted(): void {
    this.#add("");
    for (this.#at++; this.#code[this.#at] !== '"'; this.#at++) {
      const char = this.#code[this.#at];
      if (char === undefined) throw new Error('A shell block lacks a closing ".');
      if (char === "\\") this.#add(this.#code[++this.#at] ?? "");
      else if (char === "$" && this.#code[this.#at + 1] === "(") this.#substitute();
      else this.#add(char);
    }
  }

  #substitute(): void {
    let depth = 0;
    const from = this.#at + 2;
    do {
      this.#at++;
      const char = this.#code[this.#at];
      if (char === undefined) throw new Error("A shell block lacks a closing ).");
      depth += char === "(" ? 1 : char === ")" ? -1 : 0;
    } while (depth > 0);
    this.commands.push(...commandsOf(this.#code.slice(from, this.#at)));
    this.#add("$(…)");
  }

  #lineEnd(): number {
    const end = this.#code.indexOf("\n", this.#at);
    return end < 0 ? this.#code.length : end;
  }

  #redirect(): void {
    // A digit before it is the number of the stream.
    if (/^\d$/.test(this.#word ?? "")) this.#word = undefined;
    this.#endWord();
    this.#isTarget = true;
  }

  #skipDefinition(): void {
    this.#word = undefined;
    this.#at += 2;
  }

  #endWord(): void {
    if (this.#word === undefined) return;
    if (!this.#isTarget) this.#words.push(this.#word);
    this.#word = undefined;
    this.#isTarget = false;
  }

  #endCommand(): void {
    this.#endWord();
    if (this.#words.length > 0) this.commands.push(this.#words);
    this.#words = [];
    this.#isTarget = false;
  }
}
