import { memoryStore, serverSide } from "@coatcheck/core";
import { setExtensionData } from "@coatcheck/core/toolkit";
import { describe, expect, it } from "vitest";
import { setUp, type Visitor } from "../support/app-with-inspector.ts";
import { textOf } from "../support/page-text.ts";

/** The milestones with their distances from now, in the order of the page. */
async function milestonesOf(eve: Visitor): Promise<string[]> {
  const [list = ""] = /<ol class="timeline">[\s\S]*?<\/ol>/.exec(await eve.page()) ?? [];
  return [...list.matchAll(/<li[\s\S]*?<strong>(.*?)<\/strong>[\s\S]*?data-at="\d+">(.*?)<\/span>/g)].map(
    ([, name, distance]) => `${name} ${distance}`,
  );
}

/** How much is left of each timeout, as the page says it. */
async function leftOf(eve: Visitor): Promise<string[]> {
  return [...textOf(await eve.page()).matchAll(/Left [a-z ]+ (\d+ \w+|nothing) of (\d+ \w+)/g)].map(
    ([, left, whole]) => `${left} of ${whole}`,
  );
}

const lifetime = { idle: 3600, absolute: 4 * 3600 };

describe("the timeline", () => {
  it("shows when the session began, when it can be extended, and when it ends", async () => {
    const { visitor, clock } = setUp({ mode: serverSide(memoryStore()), lifetime });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    clock.advance(100);
    expect(await milestonesOf(eve)).toEqual([
      "Created 1 minute ago",
      "Now now",
      "Next touch in 4 minutes",
      "Idle end in 58 minutes",
      "Absolute end in 3 hours",
    ]);
    expect(await leftOf(eve)).toEqual(["58 minutes of 1 hour", "3 hours of 4 hours"]);
  });

  it("knows to the millisecond when the manager extends the session", async () => {
    const { visitor, clock } = setUp({ mode: serverSide(memoryStore()), lifetime });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    const page = await eve.page();
    const touchAt = Number(/Next touch[\s\S]*?data-at="(\d+)"/.exec(page)?.[1]);
    const expiresAt = async () => {
      let instant = 0;
      await eve.visit((session) => {
        instant = session.expiresAt;
      });
      await eve.visit((session) => {
        instant = session.expiresAt;
      });
      return instant;
    };
    const before = clock.now() + 3_600_000;
    clock.set(touchAt - 1);
    expect(await expiresAt()).toBe(before);
    clock.set(touchAt);
    expect(await expiresAt()).toBe(touchAt + 3_600_000);
  });

  it("counts the absolute timeout from the login, and knows when no use extends the session any more", async () => {
    const { visitor, clock } = setUp({ mode: serverSide(memoryStore()), lifetime });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    clock.advance(1800);
    await eve.visit((session) => session.bind("eve"));
    for (let quarter = 0; quarter < 15; quarter++) {
      clock.advance(900);
      await eve.visit(() => undefined);
    }
    expect(await milestonesOf(eve)).toEqual([
      "Created 4 hours ago",
      "Authenticated 3 hours ago",
      "Now now",
      "Idle end in 15 minutes",
      "Absolute end in 15 minutes",
    ]);
    expect(await leftOf(eve)).toEqual(["15 minutes of 1 hour", "15 minutes of 4 hours"]);
  });

  it("shows an end that was set by an extension", async () => {
    const { visitor, clock } = setUp({ mode: serverSide(memoryStore()), lifetime });
    const eve = visitor();
    await eve.visit((session) => {
      session.set("cart", []);
      setExtensionData(session, "endsAt", clock.now() + 7_200_000);
    });
    expect(await milestonesOf(eve)).toContain("Extension end in 2 hours");
    expect(await leftOf(eve)).toEqual(["1 hour of 1 hour", "2 hours of 4 hours"]);
  });

  it("uses the defaults without lifetime options", async () => {
    const { visitor } = setUp({ mode: serverSide(memoryStore()) });
    const eve = visitor();
    await eve.visit((session) => session.set("cart", []));
    expect(await leftOf(eve)).toEqual(["1 day of 1 day", "30 days of 30 days"]);
  });
});
