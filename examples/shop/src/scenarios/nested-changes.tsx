import type { Scenario } from "./scenario.ts";

export const nestedChanges: Scenario = {
  slug: "nested-changes",
  title: "Nested changes are saved",
  summary:
    "This form changes a list in place, with push. Libraries that look for assignments lose such a change without an error. coatcheck compares the content.",
  code: `if (!session.has("wishes")) {
  session.set("wishes", { title: "Winter", list: [] });
}
session.get("wishes")?.list.push(wish);
// No set() and no "modified" flag:
// the commit compares the content.`,

  Try: ({ session, toAction }) => {
    const { list = [] } = session.get("wishes") ?? {};
    return (
      <>
        <form method="post" action={toAction("push")}>
          <label for="wish">Wish</label>
          <input id="wish" name="wish" required autocomplete="off" />
          <button type="submit">Push it to the list</button>
        </form>
        <p>In the session: {list.length === 0 ? "no wishes yet" : list.join(", ")}</p>
      </>
    );
  },

  actions: {
    push({ session }, { wish = "" }) {
      if (!session.has("wishes")) session.set("wishes", { title: "Winter", list: [] });
      session.get("wishes")?.list.push(wish.slice(0, 40));
      return undefined;
    },
  },
};
