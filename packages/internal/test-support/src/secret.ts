/** A new strong secret. Its last word is searched for in the output of the whole suite, so that a printed secret is found. */
export function secret(): string {
  return `${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}canary`;
}
