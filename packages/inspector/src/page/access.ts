/** Says whether a request may see the inspector. Instead of the rule of localhost, not besides it. */
export type InspectorGuard = (request: Request) => boolean | Promise<boolean>;

/** Why a request is not answered. */
export interface Refusal {
  readonly status: 403 | 405;
  /** What is so, and what to do. */
  readonly message: string;
}

/** Set by what stands between a browser and a server, and by no browser. */
const FORWARDING =
  /^(forwarded|via|cdn-loop|x-forwarded-.+|x-original-.+|x-envoy-.+|x-real-ip|(cf-connecting|true-client|fly-client|fastly-client|x-client|x-cluster-client)-ip(v6)?)$/;

/** `undefined` when the request may see the page. */
export async function refusalOf(request: Request, guard: InspectorGuard | undefined): Promise<Refusal | undefined> {
  if (request.method !== "GET") return { status: 405, message: "The inspector answers GET only." };
  const site = request.headers.get("Sec-Fetch-Site");
  if (site === "cross-site" || site === "same-site") {
    return refused("It was asked for from another site. Type its address, or follow a link of this one.");
  }
  if (guard) {
    return (await guard(request)) === true ? undefined : refused("The guard did not let this request through.");
  }
  const advice = "Open it on localhost, or give sessionInspector a guard that says who may see it.";
  if (!isLoopback(new URL(request.url).hostname)) return refused(`This is not localhost. ${advice}`);
  const header = [...request.headers].find(isForwarding);
  return header === undefined ? undefined : refused(`The request came through a proxy (${header[0]}). ${advice}`);
}

function refused(message: string): Refusal {
  return { status: 403, message: `The session inspector was refused. ${message}` };
}

/**
 * `wrangler dev` says where a request came from as Cloudflare does, and from this machine itself it is no proxy. Whoever
 * claims that elsewhere could as well have left the header out.
 */
function isForwarding([name, value]: readonly [string, string]): boolean {
  const isLocal = name === "cf-connecting-ip" && /^(127(\.\d+){3}|::1)$/.test(value);
  return FORWARDING.test(name) && !isLocal;
}

/** Of a parsed URL, where every spelling of an address (`127.1`, `0x7f000001`) has become the usual one. */
function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/.test(hostname);
}
