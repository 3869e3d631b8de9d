import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../cli-error.ts";
import type { CliIo } from "../io.ts";

/** Where the user says that secrets are. */
export interface SecretSources {
  /** Names of environment variables, the newest secret first. */
  readonly env?: readonly string[];
  /** A file with a secret per line, the newest first. */
  readonly secretFile?: string;
}

const DEFAULT_VARIABLE = "SESSION_SECRET";

/** The secrets, newest first; none when nothing was said. @throws `NO_SECRET` for a source that has none */
export function secretsOf(io: CliIo, { env, secretFile }: SecretSources): readonly string[] {
  const named = (env ?? []).map((name) => io.env[name] || missing(`The environment has no ${name}.`));
  const filed = secretFile === undefined ? [] : secretsIn(resolve(io.cwd, secretFile), secretFile);
  if (env !== undefined || secretFile !== undefined) return [...named, ...filed];
  const usual = io.env[DEFAULT_VARIABLE];
  return usual ? [usual] : [];
}

/** Whether the secrets were asked for; the usual variable may be set for something else. */
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
