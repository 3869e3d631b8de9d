export { type ModeUnderTest, modes, modesWithSecrets, secret, ticketIn } from "@coatcheck/test-support";
