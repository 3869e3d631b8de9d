import { type Session, type SessionEvent, SessionManager, type SessionManagerOptions } from "@coatcheck/core";
import { type Visitor, visitor } from "@coatcheck/test-support";
import { type FakeClock, fakeClock } from "@coatcheck/testing";

/** An application with a fake clock that records its events. */
export interface Application {
  readonly sessions: SessionManager;
  readonly clock: FakeClock;
  readonly events: readonly SessionEvent[];
  /** Makes a visitor without cookies. */
  newVisitor(): Visitor;
}

/** Makes an application. Its clock starts at the same instant each time. */
export function application(options: SessionManagerOptions): Application {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const sessions = new SessionManager({ now: clock.now, onEvent: (event) => events.push(event), ...options });
  return { sessions, clock, events, newVisitor: () => visitor(sessions) };
}

/** All data of a session. */
export function dataOf(session: Session): Record<string, unknown> {
  return Object.fromEntries(session.entries());
}
