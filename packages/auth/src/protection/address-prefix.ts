/** Four numbers from 0 to 255. */
const IPV4 = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/;

/** How the groups of an IPv4 address within IPv6 begin. */
const MAPPED_PREFIX = "0,0,0,0,0,ffff";

/**
 * The network of an IP address, the same text for all addresses in it: `/24` of IPv4, `/48` of IPv6. `undefined` when
 * the text is not an address. An IPv4 address within IPv6 (`::ffff:192.0.2.1`) counts as the IPv4 address, because a
 * socket that accepts both can report one client as either.
 */
export function addressPrefix(address: string): string | undefined {
  if (IPV4.test(address)) return address.slice(0, address.lastIndexOf("."));
  // A zone names the interface of the server (RFC 4007), and is not part of the client's address.
  const groups = parseIPv6(address.replace(/%[\w.-]+$/, ""));
  if (groups === undefined) return undefined;
  const isMapped = groups.slice(0, 6).join() === MAPPED_PREFIX;
  if (!isMapped) return groups.slice(0, 3).join(":");
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return `${high >> 8}.${high & 255}.${low >> 8}`;
}

/** The eight groups as hexadecimal without leading zeros. */
function parseIPv6(text: string): string[] | undefined {
  // The URL parser reads every text form, also with a dotted IPv4 part, and writes one form (RFC 5952).
  const url = `http://[${text}]`;
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(url)) return undefined;
  const [head = [], tail = []] = new URL(url).hostname
    .slice(1, -1)
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  return [...head, ...new Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
}
