export { attributesOf, cookieValueOf, requestWith, shapeOf, sizeOf } from "./cookies.ts";
export { cookieModes, cookieModesWithRevocations, type ModeUnderTest, modes, modesWithSecrets } from "./modes.ts";
export { secret } from "./secret.ts";
export { type Visit, type Visitor, visitor } from "./visitor.ts";
