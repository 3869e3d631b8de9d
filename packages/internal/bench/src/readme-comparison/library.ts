/** What a handler does with a session, in the words of no library in particular. */
export interface Handle {
  get(key: string): unknown;
  set(key: string, value: unknown): void | Promise<void>;
  /** A logout. */
  end(): void | Promise<void>;
}

/** A request. */
export interface Visit {
  /** A `Cookie` header; `""` for a visitor who has none. */
  readonly cookie: string;
  /** Whether the handler then does what the library asks of one that has changed something. */
  readonly writes: boolean;
  readonly act: (session: Handle) => unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

/** How a library is set up; whatever is not said stays as the library has it. */
export interface Setup {
  /** The first one seals. */
  readonly secrets: readonly string[];
  /** Seconds after which a session ends, in the library's own option for it. */
  readonly maxAge?: number;
  /** What its store does before it writes. */
  readonly beforeWrite?: () => void;
}

/** An application on one library. */
export interface Application {
  visit(visit: Visit): Promise<Answer>;
  /** How many sessions its store holds; left out where nobody can see it. */
  countRows?(): number;
}

/** A library as the README compares it. */
export interface Library {
  /** As it stands in the head of the table. */
  readonly name: string;
  readonly start: (setup: Setup) => Application;
  /** Whether a store of the test's own can be put under it. */
  readonly takesStore?: boolean;
  /** Whether it takes more than one secret. */
  readonly rotates?: boolean;
}

/** Answers with 500 where a handler throws, as servers do. */
export async function answered(respond: () => Response | Promise<Response>): Promise<Answer> {
  try {
    return await respond();
  } catch {
    return new Response(null, { status: 500 });
  }
}

export function requestOf({ cookie }: Visit): Request {
  return new Request("https://shop.example/", { headers: cookie === "" ? {} : { cookie } });
}

/** Sessions as a database keeps them: as text. */
export class Rows<Row> {
  readonly #rows = new Map<string, string>();
  readonly #beforeWrite: () => void;

  constructor({ beforeWrite = () => undefined }: Setup) {
    this.#beforeWrite = beforeWrite;
  }

  get count(): number {
    return this.#rows.size;
  }

  async load(key: string): Promise<Row | null> {
    const row = this.#rows.get(key);
    return row === undefined ? null : JSON.parse(row);
  }

  async save(key: string, row: Row): Promise<void> {
    this.#beforeWrite();
    this.#rows.set(key, JSON.stringify(row));
  }

  async remove(key: string): Promise<void> {
    this.#beforeWrite();
    this.#rows.delete(key);
  }
}
