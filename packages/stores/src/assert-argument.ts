import { InvalidOptionError } from "@coatcheck/core";

/** @throws `INVALID_OPTION` with this message unless the condition holds */
export function assertArgument(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvalidOptionError(`${message}.`);
}
