/** What a server refuses a command with: `code` and `codeName` as MongoDB has them. */
export class MongoCommandError extends Error {
  readonly code: number;
  readonly codeName: string;

  constructor(code: number, codeName: string, message: string) {
    super(message);
    this.code = code;
    this.codeName = codeName;
  }
}

/** @throws an error for whatever is in a document beyond the known fields: what is not understood must not be ignored */
export function assertKnownFields(what: string, document: object, known: readonly string[]): void {
  const unknown = Object.keys(document).filter((field) => !known.includes(field));
  if (unknown.length > 0) {
    throw new MongoCommandError(40_415, "IDLUnknownField", `BSON field '${what}.${unknown[0]}' is an unknown field`);
  }
}
