import type { PropsWithChildren } from "hono/jsx";

/** A line drawing. It is hidden from screen readers, because the text beside it has the same meaning. */
function Icon({ children }: PropsWithChildren) {
  return (
    <svg viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export function TicketIcon() {
  return (
    <Icon>
      <path d="M6 15h36v6a4 4 0 0 0 0 8v6H6v-6a4 4 0 0 0 0-8z" />
      <path d="M31 16v4M31 23v3M31 29v5" />
    </Icon>
  );
}

/** The drawing of an item, or a price tag for an item without a drawing. */
export function ItemIcon({ name }: { readonly name: string }) {
  const paths = Object.hasOwn(drawings, name) ? drawings[name] : TAG;
  return (
    <Icon>
      {paths?.map((d) => (
        <path d={d} />
      ))}
    </Icon>
  );
}

const TAG: readonly string[] = ["M8 8h15l17 17-15 15L8 23z", "M16 16h.1"];

const drawings: Readonly<Record<string, readonly string[]>> = {
  coat: [
    "M18 6l6 6 6-6 8 6 3 20h-6v10H13V32H7l3-20z",
    "M24 12v30",
    "M28 22h.1M28 28h.1M28 34h.1",
    "M13 32V20M35 32V20",
  ],
  hat: [
    "M5 34c6 5 32 5 38 0",
    "M12 33V17c0-8 24-8 24 0v16",
    "M12 27c6 3 18 3 24 0",
    "M5 34c0-3 4-4 7-4M43 34c0-3-4-4-7-4",
  ],
  umbrella: ["M24 6v3", "M5 26C6 3 42 3 43 26c-4-4-9-4-12 0-3-4-11-4-14 0-3-4-8-4-12 0z", "M24 24v14a4 4 0 0 0 8 0"],
  scarf: ["M14 8c6 6 14 6 20 0l3 7c-8 8-18 8-26 0z", "M17 19l-3 22h9l3-20", "M15 37v4M19 37v4", "M28 21l5 14h7l-6-17"],
  gloves: ["M12 42V28l-5-7 4-3 4 5V8h5v13-14h5v14V9h5v13-9h4v18l-3 11z", "M12 37h20"],
  bag: ["M9 18h30l3 24H6z", "M17 22v-8a7 7 0 0 1 14 0v8"],
  book: ["M24 12c-6-5-14-5-18-3v29c5-2 12-2 18 3 6-5 13-5 18-3V9c-4-2-12-2-18 3z", "M24 12v29"],
  pen: ["M8 40l3-11L33 7l8 8-22 22z", "M29 11l8 8", "M11 29l8 8"],
};
