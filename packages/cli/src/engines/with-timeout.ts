/** Seconds in which an engine has to answer. It may accept a connection and then never send anything. */
export const ANSWER_TIMEOUT = 10;

/** The engine did not answer in time. */
class TimeoutError extends Error {
  override readonly name = "TimeoutError";
  readonly code = "ETIMEDOUT";
}

/** The result of the promise. @throws `TimeoutError` if it takes longer */
export async function withTimeout<Result>(seconds: number, promise: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
