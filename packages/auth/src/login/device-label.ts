/** Browsers and programs by what is in their `User-Agent`. The first that fits: most of them also claim to be others. */
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

/** Those whose browsers are Safari when they say nothing else. Elsewhere, "Safari" is what any WebKit calls itself. */
const APPLE: readonly (string | undefined)[] = ["iOS", "macOS"];

/** The longest ones of real browsers, those within apps, have some 500 characters. */
const MAX_LENGTH = 1024;

type Table = readonly (readonly [part: string, name: string])[];

/**
 * A name for the browser and system of a `User-Agent`, for people to know their devices by: `"Firefox on Linux"`. It is
 * made of the words of this file alone, so nothing that a client sent reaches a page. `undefined` when nothing is known.
 *
 * There are no versions in it, for browsers do not tell them any more: Chrome says Windows 10, macOS 10.15.7 and
 * Android 10 on all later ones as well, and an iPad calls itself a Macintosh.
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
