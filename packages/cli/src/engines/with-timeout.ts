/** Seconds an engine may take for its first answer: it may accept a connection, and then say nothing. */
export const ANSWER_TIMEOUT = 10;

/** The engine did not answer in time. */
export class SilenceError extends Error {
  override readonly name = "SilenceError";
  readonly code = "ETIMEDOUT";
}

/** What the promise resolves to, unless that takes too long. @throws `SilenceError` */
export async function within<Result>(seconds: number, promise: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilenceError(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
