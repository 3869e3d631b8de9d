import type { Setup } from "./library.ts";

/** A store that holds sessions as text, like a database. */
export class RowStore<Row> {
  readonly #rows = new Map<string, string>();
  readonly #beforeWrite: () => void;

  constructor({ beforeWrite = () => undefined }: Setup) {
    this.#beforeWrite = beforeWrite;
  }

  get count(): number {
    return this.#rows.size;
  }

  async load(key: string): Promise<Row | null> {
    const row = this.#rows.get(key);
    return row === undefined ? null : JSON.parse(row);
  }

  async save(key: string, row: Row): Promise<void> {
    this.#beforeWrite();
    this.#rows.set(key, JSON.stringify(row));
  }

  async remove(key: string): Promise<void> {
    this.#beforeWrite();
    this.#rows.delete(key);
  }
}
