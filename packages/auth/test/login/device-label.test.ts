import { deviceLabel } from "@coatcheck/auth";
import { describe, expect, it } from "vitest";

const BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)";
const WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
const LINUX = "Mozilla/5.0 (X11; Linux x86_64)";
const ANDROID = "Mozilla/5.0 (Linux; Android 10; K)";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X)";
const IPAD = "Mozilla/5.0 (iPad; CPU OS 18_7 like Mac OS X)";

/** `User-Agent` values of real browsers. */
const REAL: readonly (readonly [userAgent: string, label: string])[] = [
  [`${WINDOWS} ${BLINK} Chrome/143.0.0.0 Safari/537.36`, "Chrome on Windows"],
  [`${MAC} ${BLINK} Chrome/143.0.0.0 Safari/537.36`, "Chrome on macOS"],
  [`${LINUX} ${BLINK} Chrome/143.0.0.0 Safari/537.36`, "Chrome on Linux"],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${BLINK} Chrome/143.0.0.0 Safari/537.36`, "Chrome on ChromeOS"],
  [`${ANDROID} ${BLINK} Chrome/143.0.0.0 Mobile Safari/537.36`, "Chrome on Android"],
  [`${IPHONE} ${WEBKIT} CriOS/143.0.7499.92 Mobile/15E148 Safari/604.1`, "Chrome on iOS"],
  [
    `Mozilla/5.0 (Linux; Android 16; Pixel 9 Build/BP2A.250605.031; wv) ${BLINK} Version/4.0 Chrome/143.0.7499.35 Mobile Safari/537.36`,
    "Chrome on Android",
  ],
  [`${LINUX} ${BLINK} HeadlessChrome/143.0.0.0 Safari/537.36`, "Headless Chrome on Linux"],
  [`${WINDOWS} ${BLINK} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0`, "Edge on Windows"],
  [`${MAC} ${BLINK} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0`, "Edge on macOS"],
  [`${ANDROID} ${BLINK} Chrome/143.0.0.0 Mobile Safari/537.36 EdgA/143.0.0.0`, "Edge on Android"],
  [`${IPHONE} ${WEBKIT} Version/18.0 EdgiOS/143.0.3650.44 Mobile/15E148 Safari/604.1`, "Edge on iOS"],
  [`${WINDOWS} ${BLINK} Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763`, "Edge on Windows"],
  [`${WINDOWS} ${BLINK} Chrome/142.0.0.0 Safari/537.36 OPR/126.0.0.0`, "Opera on Windows"],
  [`${ANDROID} ${BLINK} Chrome/142.0.0.0 Mobile Safari/537.36 OPR/93.0.0.0`, "Opera on Android"],
  [`${IPHONE} ${WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1 OPT/6.3.0`, "Opera on iOS"],
  ["Opera/9.80 (Android; Opera Mini/8.0.1807/36.1609; U; en) Presto/2.12.423 Version/12.16", "Opera on Android"],
  [`${ANDROID} ${BLINK} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36`, "Samsung Internet on Android"],
  [`${WINDOWS} ${BLINK} Chrome/142.0.0.0 Safari/537.36 Vivaldi/7.7.3851.52`, "Vivaldi on Windows"],
  [`${WINDOWS} ${BLINK} Chrome/140.0.0.0 YaBrowser/25.10.0.0 Safari/537.36`, "Yandex Browser on Windows"],
  [
    `Mozilla/5.0 (Linux; Android 10; JNY-LX1; HMSCore 6.15.0.302) ${BLINK} Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36`,
    "Huawei Browser on Android",
  ],
  [`${MAC} ${WEBKIT} Version/18.6 Safari/605.1.15 Ddg/18.6`, "DuckDuckGo on macOS"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0", "Firefox on Windows"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:146.0) Gecko/20100101 Firefox/146.0", "Firefox on macOS"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  ["Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0", "Firefox on Linux"],
  ["Mozilla/5.0 (X11; FreeBSD amd64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on FreeBSD"],
  ["Mozilla/5.0 (Android 16; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0", "Firefox on Android"],
  [`${IPHONE} ${WEBKIT} FxiOS/146.0 Mobile/15E148 Safari/604.1`, "Firefox on iOS"],
  [`${MAC} ${WEBKIT} Version/26.1 Safari/605.1.15`, "Safari on macOS"],
  [`${IPHONE} ${WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1`, "Safari on iOS"],
  [`${IPAD} ${WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1`, "Safari on iOS"],
  [`${IPHONE} ${WEBKIT} GSA/360.1.737798518 Mobile/15E148 Safari/604.1`, "Google app on iOS"],
  [
    `${IPHONE} ${WEBKIT} Mobile/22G86 [FBAN/FBIOS;FBAV/528.0.0.35.107;FBBV/781045632;FBDV/iPhone17,1;FBMD/iPhone]`,
    "Facebook on iOS",
  ],
  [`${IPHONE} ${WEBKIT} Mobile/15E148 Instagram 400.0.0.32.86 (iPhone17,1; iOS 18_6; en_GB)`, "Instagram on iOS"],
  [`${IPHONE} ${WEBKIT} Mobile/15E148`, "Unknown browser on iOS"],
  // WebKitGTK, and the Android browser before Chrome, are not Safari.
  [`${LINUX} ${WEBKIT} Version/26.0 Safari/605.1.15`, "Unknown browser on Linux"],
  [
    "Mozilla/5.0 (Linux; U; Android 4.4.4; de-ch; HTC Sensation Build/IML74K) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
    "Unknown browser on Android",
  ],
  [`Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) ${BLINK} 108.0.5359.1/8.0 TV Safari/537.36`, "Unknown browser on Tizen"],
  [`Mozilla/5.0 (Web0S; Linux/SmartTV) ${BLINK} Chrome/108.0.5359.211 Safari/537.36`, "Chrome on webOS"],
  [
    `Mozilla/5.0 (Linux; Android 10; CUBOT X20 PRO) ${BLINK} Chrome/110.0.0.0 Mobile Safari/537.36`,
    "Chrome on Android",
  ],
  ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Bot"],
  [`${ANDROID} ${BLINK} Chrome/143.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)`, "Bot on Android"],
  ["Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "Bot"],
  ["curl/8.17.0", "curl"],
  ["Wget/1.25.0", "Wget"],
  ["python-requests/2.32.5", "Python"],
  ["PostmanRuntime/7.49.1", "Postman"],
  ["Go-http-client/2.0", "Go"],
  ["okhttp/5.3.0", "Android app"],
  ["MyApp/7 CFNetwork/3826.600.41 Darwin/24.6.0", "Apple app"],
];

describe("deviceLabel", () => {
  for (const [userAgent, label] of REAL) {
    it(`returns ${label} for ${userAgent}`, () => {
      expect(deviceLabel(userAgent)).toBe(label);
    });
  }

  it("returns undefined for an unknown User-Agent", () => {
    for (const userAgent of [null, "", "Mozilla/5.0", "node", "<script>alert(1)</script>"]) {
      expect(deviceLabel(userAgent)).toBeUndefined();
    }
  });

  it("returns nothing that the client sent", () => {
    const label = deviceLabel(`<b>Evil</b> Firefox/<i> "Linux' & ${"x".repeat(500)}`);
    expect(label).toBe("Firefox on Linux");
  });

  it("is fast for a User-Agent of a megabyte", () => {
    const before = performance.now();
    for (const part of ["a", "Mozilla/5.0 (", " ", "/", "((((", "Firefox", "Version/4.0 "]) {
      deviceLabel(part.repeat(1_000_000 / part.length));
      deviceLabel(`${part.repeat(1_000_000 / part.length)} Firefox/146.0`);
    }
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(deviceLabel(`${"x".repeat(1_000_000)} Firefox/146.0 Linux`)).toBeUndefined();
  });
});
