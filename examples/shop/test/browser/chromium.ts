import { findProgram } from "@coatcheck/engines";
import {
  type BrowserContext,
  type BrowserContextOptions,
  type Browser as Chromium,
  chromium,
  type Page,
} from "playwright-core";
import { vi } from "vitest";

/** In milliseconds. Other work on the machine may slow a browser down many times over. */
const PAGE_TIMEOUT = 60_000;
vi.setConfig({ testTimeout: 5 * PAGE_TIMEOUT, hookTimeout: 5 * PAGE_TIMEOUT });

/** Turns off Chromium's own requests to Google. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-gpu",
  "--disable-sync",
  "--no-first-run",
];

/** Starts a real browser. @throws `MissingEngineError` */
export async function startChromium(): Promise<Chromium> {
  const howToGet = "apt-get install chromium, or set CHROMIUM to the path of a Chrome or Chromium";
  const executablePath = process.env["CHROMIUM"] ?? findProgram("chromium", howToGet);
  // CI runs tests as root, and Chromium's sandbox does not work for root.
  const args = process.getuid?.() === 0 ? [...QUIET, "--no-sandbox"] : QUIET;
  // Playwright turns off the cache behind the back button, which real browsers have.
  const ignoreDefaultArgs = ["--disable-back-forward-cache"];
  const started = await chromium.launch({ executablePath, args, ignoreDefaultArgs });
  process.stdout.write(`engine: Chromium ${started.version()}\n`);
  return started;
}

/** Closes all pages. Open pages would keep sending requests to the shop and slow down the next test. */
export async function closePages(browser: Chromium | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

/** A person at a browser with its own cookies. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors and warnings in the browser's console. */
  readonly complaints: readonly string[];
  /** The origins that the pages sent requests to. */
  readonly origins: ReadonlySet<string>;
}

/**
 * @param browser - `undefined` if Chromium is not installed; the test must be skipped then
 * @param url - the base of all paths
 */
export async function newPerson(
  browser: Chromium | undefined,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  if (browser === undefined) throw new Error("There is no browser, so this test should have been skipped.");
  const context = await browser.newContext({ baseURL: url, ...options });
  context.setDefaultTimeout(PAGE_TIMEOUT);
  const complaints: string[] = [];
  const origins = new Set<string>();
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.on("request", (request) => {
    if (!request.url().startsWith("data:")) origins.add(new URL(request.url()).origin);
  });
  return { context, page: await context.newPage(), complaints, origins };
}
