import { describe, expect, it } from "vitest";
import { addressPrefix } from "../../src/protection/address-prefix.ts";

describe("addressPrefix", () => {
  it("is the same for all spellings of addresses in one network, and differs between networks", () => {
    const networks = [
      ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7", "::FFFF:c000:0207", "0:0:0:0:0:ffff:192.0.2.1"],
      ["192.0.3.0", "::ffff:c000:300"],
      ["2001:db8:1::", "2001:0DB8:0001:ffff::1", "2001:db8:1:0:1:2:3:4", "2001:db8:1::192.0.2.1"],
      ["2001:db8:2::1", "2001:db8:2:0:0:0:0:0"],
      ["2001:db8::1", "2001:db8:0:1::"],
      ["::1", "::", "::2:3", "0:0:0:1:2:3:4:5", "::192.0.2.1"],
      ["fe80::1", "fe80::1%eth0", "fe80:0:0:9::1%en0.100"],
      ["64:ff9b::192.0.2.1"],
    ];
    const prefixes = networks.map((addresses) => addresses.map(addressPrefix));
    for (const [index, [first, ...others]] of prefixes.entries()) {
      expect(first).toEqual(expect.any(String));
      for (const other of others) expect(other).toBe(first);
      expect(prefixes.flat().filter((prefix) => prefix === first)).toHaveLength(networks[index]?.length ?? 0);
    }
  });

  it("is undefined for a text that is not an address", () => {
    for (const wrong of [
      ...[
        "",
        " ",
        "localhost",
        "unknown",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4 ",
        "1.2.3.",
        "0x7f.1",
      ],
      ...["1.2.3.4:80", "[::1]", "[::1]:80", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::"],
      ...[
        "g::1",
        "::1.2.3",
        "::256.1.1.1",
        "1.2.3.4::",
        "::1]@evil",
        "::1/64",
        "a".repeat(100_000),
        ":".repeat(100_000),
      ],
    ]) {
      expect(addressPrefix(wrong)).toBeUndefined();
    }
  });
});
