// Prints every violation of the boundaries between and inside packages, and how many there are of each kind.
import { RULES } from "./boundaries/rules.ts";
import { readSources } from "./boundaries/source-files.ts";
import { readManifests } from "./repository.ts";

const repository = { files: readSources(), manifests: readManifests() };
let total = 0;
const counts = Object.entries(RULES).map(([what, rule]) => {
  const found = rule(repository);
  total += found.length;
  for (const violation of found) console.log(`${what}: ${violation}`);
  return `${found.length} ${what}`;
});
console.log(`boundaries: ${repository.files.length} files`);
for (const count of counts) console.log(`  ${count}`);
process.exitCode = total === 0 ? 0 : 1;
