import process from "node:process";

/** Runs a function without console errors: some libraries print each cookie that they reject, which takes time. */
export async function quietly<Result>(run: () => Promise<Result>): Promise<Result> {
  const print = console.error;
  console.error = () => undefined;
  try {
    return await run();
  } finally {
    console.error = print;
  }
}

/** Returns a function that reports progress on standard error, so that standard output holds nothing but the results. */
export function reportTo(prefix: string): (description: string) => void {
  const isTerminal = process.stderr.isTTY === true;
  return (description) => {
    process.stderr.write(isTerminal ? `\r\u001b[K${prefix} ${description}` : `${prefix} ${description}\n`);
  };
}
