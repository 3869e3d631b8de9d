import { AccountManager, type AccountManagerOptions, login, rememberMe, sessionProtection } from "@coatcheck/auth";
import { memoryStore, serverSide } from "@coatcheck/core";
import { describe, expect, it } from "vitest";
import { setUp } from "./support/app-with-inspector.ts";
import { textOf, verdictIn } from "./support/page-text.ts";

describe("sessionInspector with the options of an AccountManager", () => {
  it("shows the login and the data of the extensions, and no cookie", async () => {
    const store = memoryStore();
    const options: AccountManagerOptions = {
      mode: serverSide(store),
      extensions: [rememberMe({ store: memoryStore() }), sessionProtection({ userAgent: true })],
    };
    const { visitor } = setUp(options, {}, (given) => new AccountManager({ ...options, ...given }));
    const eve = visitor();
    await eve.visit((session) => login(session, "eve", { method: "password", remember: true }));
    const page = await eve.page();
    expect(verdictIn(page)).toBe("accepted");
    expect(textOf(page)).toContain("Subject eve");
    expect(textOf(page)).toContain('"method": "password"');
    const header = await eve.client.cookieHeader();
    expect(header).toContain("__Host-remember=");
    for (const cookie of header.split("; ")) expect(page.includes(cookie.slice(cookie.indexOf("=") + 1))).toBe(false);
  });
});
