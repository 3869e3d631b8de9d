// Makes a clone ready to run: installs what the lockfile says when it is not installed yet, and is done at once when it
// is. Runs on whatever Node started npm, before anything is installed; everything after it runs on the Node that the
// lockfile pins.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) fail(`Node ${process.versions.node} is too old to install this with: use 20 or newer.`);

const lockfile = join(root, "package-lock.json");
const digest = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
/** Holds the digest of the lockfile that was installed. */
const stamp = join(root, "node_modules", ".coatcheck-installed");
/** What npm leaves behind; tells of an install that somebody made by hand. */
const installed = join(root, "node_modules", ".package-lock.json");

if (!isInstalled()) {
  console.log("Installing what the lockfile says (once, about half a minute) …");
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const options = { cwd: root, stdio: "inherit" };
  const { status } = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync("npm", args, options);
  if (status !== 0) fail("npm ci failed; its messages are above.");
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
