import { type Session, type SessionEvent, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { type SessionInspectorOptions, sessionInspector } from "@coatcheck/inspector";
import { type Browser, browser, type FakeClock, fakeClock } from "@coatcheck/testing";

type Act = (session: Session) => unknown;

/** An application with an inspector. */
export interface App {
  readonly clock: FakeClock;
  /** All events of the manager. */
  readonly events: readonly SessionEvent[];
  readonly inspect: (request: Request) => Promise<Response>;
  /** A new browser. */
  visitor(): Visitor;
  /** Restarts the application with other options. Browsers keep their cookies. */
  redeploy(options: Partial<SessionManagerOptions>): void;
  readonly sessions: SessionManager;
}

/** A browser. */
export interface Visitor {
  readonly client: Browser;
  /** Sends a request whose handler calls `act` with the session. */
  visit(act: Act): Promise<Response>;
  /** Loads the page of the inspector. */
  look(init?: RequestInit): Promise<Response>;
  /** The markup of the page. */
  page(): Promise<string>;
  /** Opens the event stream. */
  stream(init?: RequestInit): Promise<EventReader>;
}

/** Starts the application. Its clock stands still, unless the options have one. */
export function setUp(
  given: SessionManagerOptions,
  inspectorOptions: SessionInspectorOptions = {},
  create: (options: SessionManagerOptions) => SessionManager = (options) => new SessionManager(options),
): App {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  let options = { now: clock.now, onEvent: (event: SessionEvent) => events.push(event), ...given };
  let inspector = sessionInspector(options, inspectorOptions);
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
      inspector = sessionInspector(options, inspectorOptions);
      sessions = create({ ...options, onEvent: inspector.onEvent });
    },
    get sessions() {
      return sessions;
    },
  };
}

/** A server-sent event. */
export interface Message {
  readonly event: string;
  readonly data: unknown;
}

/** Reads an event stream. */
export interface EventReader {
  readonly response: Response;
  /** The next chunk of text. `undefined` at the end of the stream. */
  text(): Promise<string | undefined>;
  /** The next messages, at least one. `undefined` at the end of the stream. */
  messages(): Promise<readonly Message[] | undefined>;
  /** Disconnects, as a browser does when the page is closed. */
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
