import type { Fetch } from "@coatcheck/testing";

/** What a cache in front of an application honours. All of them honour `Cache-Control: no-store` and `private`. */
export interface SharedCacheOptions {
  /** Many CDNs do not. */
  readonly honoursVary: boolean;
}

/**
 * A cache that all visitors share, as greedy as real ones may be: it keeps whatever nobody forbids it to keep, with its
 * cookies, and hands that to the next visitor who asks for the same address.
 */
export function sharedCache(send: Fetch, { honoursVary }: SharedCacheOptions): Fetch {
  const kept = new Map<string, { readonly request: Request; readonly response: Response }[]>();

  function isFor(request: Request, { request: earlier, response }: { request: Request; response: Response }): boolean {
    const vary = honoursVary ? (response.headers.get("Vary") ?? "").split(",").map((name) => name.trim()) : [];
    return vary.every(
      (name) => name === "" || (name !== "*" && earlier.headers.get(name) === request.headers.get(name)),
    );
  }

  return async (request) => {
    const pages = kept.get(request.url) ?? [];
    const hit = pages.find((page) => isFor(request, page));
    if (hit) return hit.response.clone();
    const response = await send(request);
    const control = (response.headers.get("Cache-Control") ?? "").toLowerCase();
    if (!/no-store|private/.test(control)) kept.set(request.url, [...pages, { request, response: response.clone() }]);
    return response;
  };
}
