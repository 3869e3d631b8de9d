import { Application } from "typedoc";
import { nameModules } from "./name-modules.ts";
import { options } from "./options.ts";
import { linkPages, namePages } from "./pages.ts";
import { requireComments } from "./require-comments.ts";

// Builds the site into `dist` or the folder in the first argument. Fails on any warning, such as a broken link or a public
// function without a comment.
const app = await Application.bootstrap(options);
nameModules(app);
namePages(app);
linkPages(app);
requireComments(app);

const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(project);
// Links in pages are checked when the pages are written.
process.exit(app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0);
