/** A library that the README compares. */
export interface Library {
  /** Its name in the head of the table. */
  readonly name: string;
  readonly start: (setup: Setup) => Application;
  /** Whether it runs on a store of the test. */
  readonly acceptsStore?: boolean;
  /** Whether it accepts more than one secret. */
  readonly acceptsSeveralSecrets?: boolean;
}

/** How a library is configured. Everything else keeps the library's defaults. */
export interface Setup {
  /** The first one signs or encrypts. */
  readonly secrets: readonly string[];
  /** Seconds after which a session ends, in the library's own option for it. */
  readonly maxAge?: number;
  /** Called by the store before each write. */
  readonly beforeWrite?: () => void;
}

/** An application on a library. */
export interface Application {
  handle(request: ComparedRequest): Promise<Answer>;
  /** The number of sessions in its store. Missing where they cannot be counted. */
  countRows?(): number;
}

/** A request, and what its handler does. */
export interface ComparedRequest {
  /** The `Cookie` header; `""` for a visitor without cookies. */
  readonly cookie: string;
  /** Whether the handler then saves the session, where the library requires that after a change. */
  readonly writes: boolean;
  readonly act: (session: ComparedSession) => unknown;
}

/** The operations that all compared libraries have. */
export interface ComparedSession {
  get(key: string): unknown;
  set(key: string, value: unknown): void | Promise<void>;
  /** Logs out. */
  end(): void | Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

export function toWebRequest({ cookie }: ComparedRequest): Request {
  return new Request("https://shop.example/", { headers: cookie === "" ? {} : { cookie } });
}

/** Answers with status 500 when the handler throws, as servers do. */
export async function catchErrors(respond: () => Response | Promise<Response>): Promise<Answer> {
  try {
    return await respond();
  } catch {
    return new Response(null, { status: 500 });
  }
}
