import { type Session, type SessionEvent, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { type SessionInspectorOptions, sessionInspector } from "@coatcheck/inspector";
import { type Browser, browser, type FakeClock, fakeClock } from "@coatcheck/testing";

type Act = (session: Session) => unknown;

/** An application with an inspector, and those who use it. */
export interface Setting {
  readonly clock: FakeClock;
  /** What the manager told, of everybody. */
  readonly events: readonly SessionEvent[];
  readonly inspect: (request: Request) => Promise<Response>;
  /** Somebody with a browser of their own. */
  visitor(): Visitor;
  /** The same browser at a server that was started anew with other options. */
  redeploy(options: Partial<SessionManagerOptions>): void;
  readonly sessions: SessionManager;
}

export interface Visitor {
  readonly client: Browser;
  /** Sends a request whose handler does this with the session. */
  visit(act: Act): Promise<Response>;
  /** Opens the page. */
  look(init?: RequestInit): Promise<Response>;
  /** The page's markup. */
  page(): Promise<string>;
  /** Opens the stream of events. */
  stream(init?: RequestInit): Promise<EventReader>;
}

/** Options without a clock are given one that stands still. */
export function setUp(
  given: SessionManagerOptions,
  inspecting: SessionInspectorOptions = {},
  create: (options: SessionManagerOptions) => SessionManager = (options) => new SessionManager(options),
): Setting {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  let options = { now: clock.now, onEvent: (event: SessionEvent) => events.push(event), ...given };
  let inspector = sessionInspector(options, inspecting);
  let sessions = create({ ...options, onEvent: inspector.onEvent });
  const acts: Act[] = [];

  function answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/inspector") return inspector.fetch(request);
    return sessions.handle(request, async (pending) => {
      await acts[Number(pathname.slice(1))]?.(await pending);
      return new Response("visited");
    });
  }

  function visitor(): Visitor {
    const client = browser({ fetch: answer });
    const look = (init?: RequestInit) => client.fetch("/inspector", init);
    return {
      client,
      visit: (act) => client.fetch(`/${acts.push(act) - 1}`),
      look,
      page: async () => (await look()).text(),
      stream: async (init) => eventReader(await client.fetch("/inspector?events", init)),
    };
  }

  return {
    clock,
    events,
    inspect: (request) => inspector.fetch(request),
    visitor,
    redeploy(changed) {
      options = { ...options, ...changed };
      inspector = sessionInspector(options, inspecting);
      sessions = create({ ...options, onEvent: inspector.onEvent });
    },
    get sessions() {
      return sessions;
    },
  };
}

/** A message of a stream. */
export interface Message {
  readonly event: string;
  readonly data: unknown;
}

export interface EventReader {
  readonly response: Response;
  /** Text as it comes; `undefined` when the stream has ended. */
  text(): Promise<string | undefined>;
  /** The next messages, at least one; `undefined` when the stream has ended. */
  messages(): Promise<readonly Message[] | undefined>;
  /** Goes away, as a browser does that closes the page. */
  close(): Promise<void>;
}

function eventReader(response: Response): EventReader {
  const reader = (response.body as ReadableStream<BufferSource>).pipeThrough(new TextDecoderStream()).getReader();
  const text = async () => (await reader.read()).value;
  return {
    response,
    text,
    async messages() {
      for (;;) {
        const chunk = await text();
        if (chunk === undefined) return undefined;
        const found = chunk.split("\n\n").flatMap(parseMessage);
        if (found.length > 0) return found;
      }
    },
    close: () => reader.cancel(),
  };
}

function parseMessage(block: string): Message[] {
  const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  const data = fields.get("data");
  return data === undefined ? [] : [{ event: fields.get("event") ?? "message", data: JSON.parse(data) }];
}

/** The text of a page: what stands between its tags, as a browser would show it. */
export function textOf(page: string): string {
  return page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, " ");
}

/** The verdict, as the page says it. */
export function verdictIn(page: string): string {
  return textOf(/<h2 id="verdict">.*?<\/h2>/s.exec(page)?.[0] ?? "")
    .replace("Verdict", "")
    .trim();
}
