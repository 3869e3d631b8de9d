import type { SessionStore, SubjectIndex, Sweeper } from "@coatcheck/core";
import type { DatabaseKind } from "./open-database.ts";
import type { Sample } from "./populate.ts";

/** A database with several sets of sessions, which differ in nothing but their size. */
export interface GrowthEngine {
  /** `PostgreSQL 15.18`. */
  readonly version: string;
  /** Creates a store with `count` live sessions, each of another subject, in a table or under a prefix of its own. */
  fill(count: number): Promise<FilledStore>;
  /** Does maintenance that the engine would otherwise do during a measurement. Called before each one. */
  runMaintenance(): Promise<void>;
  /** Stops the engine and removes its data. */
  stop(): Promise<void>;
}

/** A store with sessions in it. */
export interface FilledStore {
  readonly store: SessionStore & SubjectIndex;
  readonly sample: Sample;
  /** Missing where the engine removes expired sessions by itself. */
  readonly sweeping?: Sweeping;
}

/** A store from which expired sessions must be removed by a sweep. */
export interface Sweeping {
  readonly store: Sweeper;
  /** Where another process finds the table. */
  readonly location: TableLocation;
  /** Adds sessions that expired during the last hour. */
  addExpired(count: number): Promise<void>;
}

/** The location of a table of sessions. */
export interface TableLocation {
  readonly kind: DatabaseKind;
  /** The URL of a server or the path of a file. */
  readonly url: string;
  readonly table: string;
}
