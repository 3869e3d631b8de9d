import { type AccountExtension, AccountManager, login, rememberMe } from "@coatcheck/auth";
import { memoryStore, serverSide } from "@coatcheck/core";
import { visitor } from "@coatcheck/test-support";
import { describe, expect, it } from "vitest";
import { device, isAlive } from "../support/device.ts";

interface Data {
  cart: string;
}

describe("AccountManager", () => {
  it("rejects invalid extensions and a second rememberMe", () => {
    const store = memoryStore();
    for (const extensions of [[undefined], ["x"], [rememberMe], [rememberMe({ store }), rememberMe({ store })]]) {
      expect(() => new AccountManager({ mode: serverSide(store), extensions: extensions as never })).toThrow(
        expect.objectContaining({ code: "INVALID_OPTION" }),
      );
    }
  });

  it("rejects invalid options of revokeAll with INVALID_OPTION", async () => {
    const sessions = new AccountManager({ mode: serverSide(memoryStore()) });
    await expect(sessions.revokeAll("eve", null as never)).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  it("calls forRequest of all extensions before the first hook, and each hook in the order of the list", async () => {
    const calls: string[] = [];
    const extension = (name: string): AccountExtension => ({
      forRequest() {
        calls.push(`${name} forRequest`);
        const record = (hook: string) => () => void calls.push(`${name} ${hook}`);
        return {
          onOpen: record("onOpen"),
          beforeLogin: async () => record("beforeLogin")(),
          onLogin: record("onLogin"),
          onCommit: record("onCommit"),
        };
      },
    });
    const extensions = [extension("first"), extension("second")];
    const sessions = new AccountManager({ mode: serverSide(memoryStore()), extensions });
    await visitor(sessions).visit((session) => login(session, "eve"));
    const hooks = ["forRequest", "onOpen", "beforeLogin", "onLogin", "onCommit"];
    expect(calls).toEqual(hooks.flatMap((hook) => [`first ${hook}`, `second ${hook}`]));
  });
});

describe("an AccountManager whose extension fails in onCommit", () => {
  async function setUpFailing() {
    let isFailing = false;
    const extension: AccountExtension = {
      forRequest: () => ({
        onCommit() {
          if (isFailing) throw new Error("refused");
        },
      }),
    };
    const sessions = new AccountManager<Data>({ mode: serverSide(memoryStore()), extensions: [extension] });
    const fails = (act: () => Promise<unknown>) => {
      isFailing = true;
      return act().finally(() => {
        isFailing = false;
      });
    };
    return { sessions, fails, eve: device(sessions) };
  }

  it("SEC-42 ends a new session, because no browser has its cookie", async () => {
    const { sessions, fails, eve } = await setUpFailing();
    await expect(fails(() => eve.visit((session) => login(session, "eve")))).rejects.toThrow("refused");
    expect(await eve.client.cookieHeader()).toBe("");
    expect(await sessions.list("eve")).toEqual([]);
  });

  it("SEC-42 does not end an existing session", async () => {
    const { sessions, fails, eve } = await setUpFailing();
    await eve.visit((session) => login(session, "eve"));
    await expect(fails(() => eve.visit((session) => session.set("cart", "book")))).rejects.toThrow("refused");
    expect(await isAlive(eve, sessions)).toBe(true);
  });
});
