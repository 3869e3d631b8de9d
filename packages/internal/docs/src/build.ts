import { Application } from "typedoc";
import { demandDocumentation } from "./documented.ts";
import { nameModules } from "./module-names.ts";
import { options } from "./options.ts";
import { linkPages, namePages } from "./pages.ts";

/** Builds the site into `dist`, or the folder that is given. Fails on each warning: a broken link, or something public that has no comment. */
const app = await Application.bootstrap(options);
nameModules(app);
namePages(app);
linkPages(app);
demandDocumentation(app);

const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(project);
// What a page leads to is known when it is written.
process.exit(app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0);
