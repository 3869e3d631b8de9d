export { cookieValueOf, type ModeUnderTest, modes, modesWithSecrets, secret } from "@coatcheck/test-support";
