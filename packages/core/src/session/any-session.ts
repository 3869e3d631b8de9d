/** A session, whatever the type of its data. */
export interface AnySession {
  readonly id: string | undefined;
  readonly isNew: boolean;
  readonly subject: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly authenticatedAt: number | undefined;
  persistent: boolean;
  bind(subject: string): void;
  regenerate(): void;
  destroy(): void;
}
