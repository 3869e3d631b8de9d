// Prepares a clone: installs the packages of the lockfile unless they are installed already. This script runs on the
// Node that started npm, because nothing is installed yet. Everything after it runs on the Node that the lockfile pins.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) fail(`Node ${process.versions.node} is too old: the installation needs Node 20 or newer.`);

const lockfile = join(root, "package-lock.json");
const digest = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
/** Contains the digest of the installed lockfile. */
const stamp = join(root, "node_modules", ".coatcheck-installed");
/** npm writes this file. Its age shows whether an installation by hand is newer than the lockfile. */
const installed = join(root, "node_modules", ".package-lock.json");

if (!isInstalled()) {
  console.log("Installing the packages of the lockfile. This happens once and takes about half a minute.");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: root, stdio: "inherit" };
  const { status } = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync("npm", args, options);
  if (status !== 0) fail("npm ci failed. Its messages are above.");
}
if (!isStamped()) writeFileSync(stamp, digest);

function isStamped() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === digest;
}

function isInstalled() {
  if (isStamped()) return true;
  return !existsSync(stamp) && existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
