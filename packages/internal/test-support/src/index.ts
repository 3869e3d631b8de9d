export { attributesOf, cookieValueOf, requestWith, shapeOf, sizeOf } from "./cookies.ts";
export {
  cookieModes,
  cookieModesWithRevocations,
  type ModeUnderTest,
  type ModeWithSecrets,
  modes,
  modesWithSecrets,
} from "./modes.ts";
export { secret } from "./secret.ts";
export { type Visit, type VisitInit, type Visitor, visitor } from "./visitor.ts";
