import type { Session } from "@coatcheck/core";
import type { Child } from "hono/jsx";
import type { Finding, ShopData, ShopFlash } from "../sessions/session-data.ts";
import type { SessionStorage } from "../sessions/storages.ts";
import type { ShortSession, ShortSessionManager } from "./short-session.ts";

/** A feature of sessions that visitors can try on its own page. */
export interface Scenario {
  /** The last part of the page's path, below /scenarios. */
  readonly slug: string;
  readonly title: string;
  /** What coatcheck does, and what goes wrong without it. */
  readonly summary: string;
  /** The lines of code that the page shows. */
  readonly code: string;
  /** Renders the forms. */
  readonly Try: (context: ScenarioContext) => Child;
  /** The handlers of the forms, by the last part of their path. The page shows their findings once. */
  readonly actions: Readonly<Record<string, ScenarioAction>>;
  /** The storage that the scenario uses, if it is not the visitor's. */
  readonly shownWith?: string;
  /** Whether the forms need the CSRF token of the session. */
  readonly needsToken?: boolean;
  /** The manager of a second, short session, if the scenario needs one. */
  readonly shortSessions?: (storage: SessionStorage) => ShortSessionManager;
}

/** @param form - the text fields of the form */
export type ScenarioAction = (
  context: ScenarioContext,
  form: Readonly<Record<string, string>>,
) => readonly Finding[] | undefined | Promise<readonly Finding[] | undefined>;

/** The request for the page of a scenario or for one of its forms. */
export interface ScenarioContext {
  readonly storage: SessionStorage;
  readonly session: Session<ShopData, ShopFlash>;
  /** The session of {@link Scenario.shortSessions}. */
  readonly shortSession?: ShortSession;
  /** The origin of the shop in the browser. */
  readonly origin: string;
  /** Returns the path of an action. */
  readonly toAction: (name: string) => string;
}
