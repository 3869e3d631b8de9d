import process from "node:process";

/** Some libraries print each cookie that they refuse; what is printed would be measured, and nobody could read the rest. */
export async function quietly<Result>(run: () => Promise<Result>): Promise<Result> {
  const print = console.error;
  console.error = () => undefined;
  try {
    return await run();
  } finally {
    console.error = print;
  }
}

/** Progress goes to where errors go: what is printed on the other side can be kept. */
export function reportTo(prefix: string): (what: string) => void {
  const isTerminal = process.stderr.isTTY === true;
  return (what) => {
    process.stderr.write(isTerminal ? `\r\u001b[K${prefix} ${what}` : `${prefix} ${what}\n`);
  };
}
