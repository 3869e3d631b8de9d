/** A name for the browser and system of a `User-Agent`. */
export function deviceLabel(userAgent: string | null): string | undefined {
  return userAgent?.slice(0, 60);
}
