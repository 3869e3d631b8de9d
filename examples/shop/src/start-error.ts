/** The shop cannot start. The message tells the person who started it what is wrong and what to do. */
export class StartError extends Error {
  override readonly name = "StartError";
}
