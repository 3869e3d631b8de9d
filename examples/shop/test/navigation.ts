import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Fetch } from "@coatcheck/testing";

/** Adds the headers that a browser sends when it opens a page, unless the request has them already. */
export function asNavigation(request: Request, userAgent = firefox): Request {
  const { headers } = request;
  if (!headers.has("Sec-Fetch-Mode")) headers.set("Sec-Fetch-Mode", "navigate");
  if (!headers.has("Accept")) headers.set("Accept", "text/html");
  headers.set("User-Agent", userAgent);
  return request;
}

/** Sends requests as a browser does. It uses `node:http`, because `fetch` always sends `Sec-Fetch-Mode: cors`. */
export function sendAs(userAgent: string | undefined): Fetch {
  return async (request) => {
    const { url, method, headers } = asNavigation(request, userAgent);
    const sent = httpRequest(url, { method, headers: Object.fromEntries(headers), agent: false });
    sent.end(Buffer.from(await request.arrayBuffer()));
    const [received] = (await once(sent, "response")) as [IncomingMessage];
    const body = await buffer(received);
    return new Response(body, { status: received.statusCode ?? 0, headers: headersOf(received) });
  };
}

export const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
export const chrome =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/** Repeated headers stay separate, because each `Set-Cookie` header is one cookie. */
function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
}
