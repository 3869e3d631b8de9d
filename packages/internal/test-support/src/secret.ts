/** A new strong secret. It ends in a word that `npm test` searches for in its output, so that it finds a printed secret. */
export function secret(): string {
  return `${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))}canary`;
}
