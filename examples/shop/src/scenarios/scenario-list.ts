import { cookieSize } from "./cookie-size.tsx";
import { counter } from "./counter.tsx";
import { csrf } from "./csrf.tsx";
import { everywhere } from "./everywhere.tsx";
import { flash } from "./flash.tsx";
import { forgedId } from "./forged-id.tsx";
import { keyRotation } from "./key-rotation.tsx";
import { logoutWins } from "./logout-wins.tsx";
import { nestedChanges } from "./nested-changes.tsx";
import { newId } from "./new-id.tsx";
import { persistent } from "./persistent.tsx";
import type { Scenario } from "./scenario.ts";
import { timeouts } from "./timeouts.tsx";
import { weakSecret } from "./weak-secret.tsx";

/** All scenarios, in the order of the list page. */
export const scenarios: readonly Scenario[] = [
  nestedChanges,
  counter,
  flash,
  persistent,
  timeouts,
  newId,
  logoutWins,
  everywhere,
  csrf,
  cookieSize,
  keyRotation,
  weakSecret,
  forgedId,
];
