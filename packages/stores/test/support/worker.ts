/** The worker that the tests in workerd are of: what a user's worker exports besides its handler. */
export { SessionObject } from "../../src/durable-object.ts";
