/** A clock that moves only when a test moves it. Pass `clock.now` to a manager and to a store. */
export interface FakeClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Moves the clock forward by this many seconds, which may have fractions. */
  advance(seconds: number): void;
  /** Sets the clock to an instant in epoch milliseconds. */
  set(at: number): void;
}

/**
 * Creates a clock that stands still.
 *
 * @param start - epoch milliseconds. @default 2026-01-01T00:00:00Z
 */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let current = start;
  return {
    now: () => current,
    advance: (seconds) => {
      current += Math.round(seconds * 1000);
    },
    set: (at) => {
      current = at;
    },
  };
}
