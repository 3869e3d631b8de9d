/** Decides whether a request may see the inspector. It replaces the rule about localhost. */
export type InspectorGuard = (request: Request) => boolean | Promise<boolean>;

/** Why a request may not see the inspector. */
export interface Denied {
  readonly status: 403 | 405;
  /** The reason, and what to do. */
  readonly message: string;
}

/** `undefined` if the request may see the inspector. */
export async function checkAccess(request: Request, guard: InspectorGuard | undefined): Promise<Denied | undefined> {
  if (request.method !== "GET") return { status: 405, message: "The inspector answers GET requests only." };
  const site = request.headers.get("Sec-Fetch-Site");
  if (site === "cross-site" || site === "same-site") {
    return forbidden("The request came from another site. Type the address, or follow a link on this site.");
  }
  if (guard) {
    return (await guard(request)) === true ? undefined : forbidden("The guard rejected the request.");
  }
  const advice = "Open it on localhost, or give sessionInspector a guard that decides who may see it.";
  if (!isLoopback(new URL(request.url).hostname)) return forbidden(`This is not localhost. ${advice}`);
  const header = [...request.headers].find(isFromProxy);
  return header === undefined ? undefined : forbidden(`The request came through a proxy (${header[0]}). ${advice}`);
}

function forbidden(message: string): Denied {
  return { status: 403, message: `Access to the session inspector was denied. ${message}` };
}

/** Headers that proxies and CDNs add, and browsers never send. */
const PROXY_HEADER =
  /^(forwarded|via|cdn-loop|x-forwarded-.+|x-original-.+|x-envoy-.+|x-real-ip|(cf-connecting|true-client|fly-client|fastly-client|x-client|x-cluster-client)-ip(v6)?)$/;

/**
 * `wrangler dev` sets Cloudflare's header too, to an address of this machine, and is not a proxy then. A client that
 * forges this value gains nothing, because it could also leave the header out.
 */
function isFromProxy([name, value]: readonly [string, string]): boolean {
  const isWranglerDev = name === "cf-connecting-ip" && /^(127(\.\d+){3}|::1)$/.test(value);
  return PROXY_HEADER.test(name) && !isWranglerDev;
}

/** @param hostname - of a parsed URL, in which other notations of an address (`127.1`, `0x7f000001`) are normalized */
function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(hostname);
}
