import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../cli-error.ts";
import type { CliIo } from "../io.ts";

/** Where the secrets are, according to the options. */
export interface SecretSources {
  /** Names of environment variables, the one with the newest secret first. */
  readonly env?: readonly string[];
  /** A file with one secret per line, the newest first. */
  readonly secretFile?: string;
}

const DEFAULT_VARIABLE = "SESSION_SECRET";

/**
 * The secrets, newest first. Without any option, the usual variable is read, and may be missing.
 *
 * @throws `NO_SECRET` if a variable or a file of the options has none
 */
export function secretsOf(io: CliIo, { env, secretFile }: SecretSources): readonly string[] {
  const fromVariables = (env ?? []).map((name) => io.env[name] || missing(`The environment has no ${name}.`));
  const fromFile = secretFile === undefined ? [] : secretsIn(resolve(io.cwd, secretFile), secretFile);
  if (env !== undefined || secretFile !== undefined) return [...fromVariables, ...fromFile];
  const secret = io.env[DEFAULT_VARIABLE];
  return secret ? [secret] : [];
}

/** Whether an option names the secrets. The usual variable may be set for something else. */
export function areSecretsGiven({ env, secretFile }: SecretSources): boolean {
  return env !== undefined || secretFile !== undefined;
}

function secretsIn(file: string, shown: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError("NO_SECRET", `The file ${shown} cannot be read.`, { cause });
  }
  const secrets = text.split(/\r?\n/).filter(Boolean);
  return secrets.length > 0 ? secrets : missing(`The file ${shown} is empty.`);
}

function missing(message: string): never {
  throw new UsageError("NO_SECRET", message);
}
