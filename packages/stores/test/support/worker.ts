/** The main module of the Worker in which the workerd tests run. A user's Worker exports the same class. */
export { SessionObject } from "../../src/durable-object.ts";
