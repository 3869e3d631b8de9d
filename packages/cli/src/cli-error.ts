import { exitCodes } from "./exit-codes.ts";

/** Every `code` that an error of the command line can have. */
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

/** An error that its message explains, so that no stack is shown. No message holds a secret, an id or data. */
export abstract class CliError extends Error {
  override readonly name = "CliError";
  abstract readonly code: CliErrorCode;
  abstract readonly exitCode: number;
}

/** What the user wrote or fed cannot be used. */
export class UsageError extends CliError {
  readonly code: UsageErrorCode;
  readonly exitCode: number = exitCodes.usage;

  constructor(code: UsageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The engine cannot do what was asked, or cannot be asked. */
export class EngineError extends CliError {
  readonly code: EngineErrorCode;
  readonly exitCode: number = exitCodes.engine;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
