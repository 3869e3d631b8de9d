/** A clock that stands still until it is told to move. Hand `clock.now` to a manager and to a store. */
export interface FakeClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Moves on by so many seconds; fractions count. */
  advance(seconds: number): void;
  /** Moves to an instant, epoch milliseconds. */
  set(at: number): void;
}

/**
 * Makes one.
 *
 * @param start - epoch milliseconds; an arbitrary fixed instant unless given
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
