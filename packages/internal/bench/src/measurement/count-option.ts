/** Parses an option that is a count. @throws an error whose message explains the option to the user */
export function toCount(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${option} must be a whole number, 1 or more.`);
  return count;
}
