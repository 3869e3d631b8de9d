import { exitCodes } from "./exit-codes.ts";

/** Every `code` of an error of the command line. */
export type CliErrorCode = UsageErrorCode | EngineErrorCode;

type UsageErrorCode =
  | "USAGE"
  | "NO_URL"
  | "BAD_URL"
  | "BAD_COOKIE"
  | "COOKIE_NOT_FOUND"
  | "SECRET_ARGUMENT"
  | "NO_SECRET"
  | "WEAK_SECRET"
  | "NOT_CONFIRMED"
  | "UNKNOWN_TEMPLATE"
  | "FOLDER_NOT_EMPTY"
  | "CANNOT_WRITE"
  | "INVALID_OPTION"
  | "UNSUPPORTED";

type EngineErrorCode =
  | "MISSING_DRIVER"
  | "MISSING_FILE"
  | "ENGINE_UNREACHABLE"
  | "ENGINE_REFUSED"
  | "ENGINE_FAILED"
  | "NOT_MIGRATED";

/** An error that needs no stack trace. Its message contains no secret, no id and no data. */
export abstract class CliError extends Error {
  override readonly name = "CliError";
  abstract readonly code: CliErrorCode;
  abstract readonly exitCode: number;
}

/** The arguments or the input cannot be used. */
export class UsageError extends CliError {
  readonly code: UsageErrorCode;
  readonly exitCode: number = exitCodes.usage;

  constructor(code: UsageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The database engine cannot be reached, or cannot do what the command needs. */
export class EngineError extends CliError {
  readonly code: EngineErrorCode;
  readonly exitCode: number = exitCodes.engine;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
