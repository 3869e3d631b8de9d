import { findProgram } from "@coatcheck/engines";
import {
  type BrowserContext,
  type BrowserContextOptions,
  type Browser as Chromium,
  chromium,
  type Page,
} from "playwright-core";

/** Without what it asks of its maker's servers by itself. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--disable-gpu",
  "--disable-sync",
  "--no-first-run",
];

/** A real browser. @throws `MissingEngineError` */
export async function startChromium(): Promise<Chromium> {
  const howToGet = "apt-get install chromium, or set CHROMIUM to the path of a Chrome or Chromium";
  const executablePath = process.env["CHROMIUM"] ?? findProgram("chromium", howToGet);
  // Chromium's sandbox refuses to be root's, as whom tests run in CI.
  const args = process.getuid?.() === 0 ? [...QUIET, "--no-sandbox"] : QUIET;
  // Playwright turns off the cache of pages that a back button shows again; people have it.
  const ignoreDefaultArgs = ["--disable-back-forward-cache"];
  const started = await chromium.launch({ executablePath, args, ignoreDefaultArgs });
  process.stdout.write(`engine: Chromium ${started.version()}\n`);
  return started;
}

/** Lets everybody go home: pages that stay open go on asking the shop, and take time from whoever comes next. */
export async function closeAll(browser: Chromium | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}

/** A person at a browser of their own: its cookies are no other's. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong on the pages, in the words of the browser's console. */
  readonly complaints: readonly string[];
  /** The origins that the pages asked for anything. */
  readonly origins: ReadonlySet<string>;
}

/**
 * @param browser - `undefined` where none is installed, and such tests are skipped
 * @param url - where paths lead
 */
export async function newPerson(
  browser: Chromium | undefined,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  if (browser === undefined) throw new Error("There is no browser, so this test should have been skipped.");
  const context = await browser.newContext({ baseURL: url, ...options });
  // A test waits for a page of this machine, and seconds are enough.
  context.setDefaultTimeout(10_000);
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
