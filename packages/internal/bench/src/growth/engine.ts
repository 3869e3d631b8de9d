import type { SessionStore, SubjectIndex, Sweeper } from "@coatcheck/core";
import type { DatabaseKind } from "./open-database.ts";
import type { Sample } from "./populate.ts";

/** One engine with several sets of sessions in it, that nothing tells apart but their size. */
export interface GrowthEngine {
  /** `PostgreSQL 15.18`. */
  readonly version: string;
  /** A store over a place of its own, with `count` live sessions in it, each of another subject. */
  fill(count: number): Promise<FilledStore>;
  /** Has the engine do now what it would else do in the middle of a measurement. Called before each. */
  settle(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** What an engine was filled with. */
export interface FilledStore {
  readonly store: SessionStore & SubjectIndex;
  readonly sample: Sample;
  /** Missing where the engine drops what has expired by itself. */
  readonly sweeping?: Sweeping;
}

/** A store that has to be swept. */
export interface Sweeping {
  readonly store: Sweeper;
  /** Where another process finds it. */
  readonly place: TablePlace;
  /** Adds sessions that expired during the last hour. */
  addExpired(count: number): Promise<void>;
}

/** Where a table of sessions is. */
export interface TablePlace {
  readonly kind: DatabaseKind;
  /** The URL of a server, the path of a file. */
  readonly url: string;
  readonly table: string;
}
