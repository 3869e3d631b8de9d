/** An error answer of the server, with the `code` and `codeName` of MongoDB. */
export class MongoCommandError extends Error {
  readonly code: number;
  readonly codeName: string;

  constructor(code: number, codeName: string, message: string) {
    super(message);
    this.code = code;
    this.codeName = codeName;
  }
}

/** @throws {@link MongoCommandError} for an unknown field, so that the server ignores nothing */
export function assertKnownFields(what: string, document: object, known: readonly string[]): void {
  const unknown = Object.keys(document).filter((field) => !known.includes(field));
  if (unknown.length > 0) {
    throw new MongoCommandError(40_415, "IDLUnknownField", `BSON field '${what}.${unknown[0]}' is an unknown field`);
  }
}
