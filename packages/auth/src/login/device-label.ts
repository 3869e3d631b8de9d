/**
 * Browsers and programs by a part of their `User-Agent`. The first match counts: most of them also claim to be others.
 */
const BROWSERS: Table = [
  ["bot/", "Bot"],
  ["Bot/", "Bot"],
  ["spider/", "Bot"],
  ["HeadlessChrome/", "Headless Chrome"],
  ["FBAN/", "Facebook"],
  ["FBAV/", "Facebook"],
  ["Instagram ", "Instagram"],
  ["GSA/", "Google app"],
  ["Edg/", "Edge"],
  ["EdgA/", "Edge"],
  ["EdgiOS/", "Edge"],
  ["Edge/", "Edge"],
  ["OPR/", "Opera"],
  ["OPT/", "Opera"],
  ["OPX/", "Opera"],
  ["Opera", "Opera"],
  ["SamsungBrowser/", "Samsung Internet"],
  ["HuaweiBrowser/", "Huawei Browser"],
  ["MiuiBrowser/", "Mi Browser"],
  ["UCBrowser/", "UC Browser"],
  ["YaBrowser/", "Yandex Browser"],
  ["Vivaldi/", "Vivaldi"],
  ["DuckDuckGo/", "DuckDuckGo"],
  ["Ddg/", "DuckDuckGo"],
  ["FxiOS/", "Firefox"],
  ["Firefox/", "Firefox"],
  ["CriOS/", "Chrome"],
  ["Chrome/", "Chrome"],
  ["Chromium/", "Chrome"],
  ["Safari/", "Safari"],
  ["curl/", "curl"],
  ["Wget/", "Wget"],
  ["python-requests/", "Python"],
  ["Python-urllib/", "Python"],
  ["PostmanRuntime/", "Postman"],
  ["Go-http-client/", "Go"],
  ["okhttp/", "Android app"],
  ["Dalvik/", "Android app"],
  ["CFNetwork/", "Apple app"],
];

const SYSTEMS: Table = [
  ["Windows Phone", "Windows Phone"],
  ["iPhone", "iOS"],
  ["iPad", "iOS"],
  ["iPod", "iOS"],
  ["OpenHarmony", "HarmonyOS"],
  ["Tizen", "Tizen"],
  ["Web0S", "webOS"],
  ["KAIOS/", "KaiOS"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["CrOS", "ChromeOS"],
  ["Macintosh", "macOS"],
  ["FreeBSD", "FreeBSD"],
  ["OpenBSD", "OpenBSD"],
  ["Linux", "Linux"],
  ["X11", "Linux"],
];

/**
 * Systems on which a browser that matches nothing else is Safari. Elsewhere any WebKit browser calls itself "Safari".
 */
const APPLE: readonly (string | undefined)[] = ["iOS", "macOS"];

/** The longest `User-Agent` of real browsers, those embedded in apps, has about 500 characters. */
const MAX_LENGTH = 1024;

type Table = readonly (readonly [part: string, name: string])[];

/**
 * A name for the browser and system of a `User-Agent`, by which users recognize their devices: `"Firefox on Linux"`. It
 * consists only of words of this file, so nothing that a client sent reaches a page. `undefined` when nothing is known.
 *
 * It contains no versions, because browsers no longer send them: Chrome reports Windows 10, macOS 10.15.7 and Android
 * 10 on all later versions too, and an iPad calls itself a Macintosh.
 */
export function deviceLabel(userAgent: string | null): string | undefined {
  const text = (userAgent ?? "").slice(0, MAX_LENGTH);
  const system = find(SYSTEMS, text);
  const found = find(BROWSERS, text);
  const browser = found === "Safari" && !APPLE.includes(system) ? undefined : found;
  if (system === undefined) return browser;
  return `${browser ?? "Unknown browser"} on ${system}`;
}

function find(table: Table, text: string): string | undefined {
  return table.find(([part]) => text.includes(part))?.[1];
}
