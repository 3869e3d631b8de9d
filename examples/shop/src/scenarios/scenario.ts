import type { Session } from "@coatcheck/core";
import type { Child } from "hono/jsx";
import type { Finding, ShopData, ShopFlash } from "../sessions/session-data.ts";
import type { OpenKind } from "../sessions/storages.ts";
import type { SideManager, SideSession } from "./short-session.ts";

/** One thing that sessions do, to be tried on a page of its own. */
export interface Scenario {
  /** Its address below /scenarios. */
  readonly slug: string;
  readonly title: string;
  /** What happens here, and what happens elsewhere. */
  readonly summary: string;
  /** The lines that do it. */
  readonly code: string;
  /** What there is to try. */
  readonly Try: (visit: ScenarioVisit) => Child;
  /** What its forms do, by the last part of their address; what they return is shown once. */
  readonly actions: Readonly<Record<string, ScenarioAction>>;
  /** What it is shown with, when that is not the visitor's kind. */
  readonly shownWith?: string;
  /** Whether its forms need the token of the session. */
  readonly needsToken?: boolean;
  /** A manager of its own, for a session beside the shop's. */
  readonly side?: (kind: OpenKind) => SideManager;
}

/** @param form - the fields that were sent */
export type ScenarioAction = (
  visit: ScenarioVisit,
  form: Readonly<Record<string, string>>,
) => readonly Finding[] | undefined | Promise<readonly Finding[] | undefined>;

/** A visit of the page, or the sending of a form of it. */
export interface ScenarioVisit {
  readonly kind: OpenKind;
  readonly session: Session<ShopData, ShopFlash>;
  /** Of {@link Scenario.side}. */
  readonly side?: SideSession;
  /** Where the shop is, as the browser has it. */
  readonly origin: string;
  /** The address of an action. */
  readonly toAction: (name: string) => string;
}
