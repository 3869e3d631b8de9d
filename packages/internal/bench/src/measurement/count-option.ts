/** The value of an option that counts something. @throws an error for the person at the terminal */
export function toCount(option: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${option} takes a whole number, 1 or more.`);
  return count;
}
