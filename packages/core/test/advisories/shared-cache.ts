import type { Fetch } from "@coatcheck/testing";

/** Options of {@link sharedCache}. Every cache respects `Cache-Control: no-store` and `private`. */
export interface SharedCacheOptions {
  /** Whether the cache respects `Vary`. Many CDNs do not. */
  readonly respectsVary: boolean;
}

/**
 * A cache that all visitors share, as greedy as real caches may be: it stores every response that does not forbid it,
 * with its cookies, and returns it to the next visitor who requests the same URL.
 */
export function sharedCache(send: Fetch, { respectsVary }: SharedCacheOptions): Fetch {
  const stored = new Map<string, { readonly request: Request; readonly response: Response }[]>();

  function isFor(request: Request, { request: earlier, response }: { request: Request; response: Response }): boolean {
    const vary = respectsVary ? (response.headers.get("Vary") ?? "").split(",").map((name) => name.trim()) : [];
    return vary.every(
      (name) => name === "" || (name !== "*" && earlier.headers.get(name) === request.headers.get(name)),
    );
  }

  return async (request) => {
    const pages = stored.get(request.url) ?? [];
    const hit = pages.find((page) => isFor(request, page));
    if (hit) return hit.response.clone();
    const response = await send(request);
    const control = (response.headers.get("Cache-Control") ?? "").toLowerCase();
    if (!/no-store|private/.test(control)) stored.set(request.url, [...pages, { request, response: response.clone() }]);
    return response;
  };
}
