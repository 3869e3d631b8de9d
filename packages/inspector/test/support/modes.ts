export { type ModeUnderTest, modes, modesWithSecrets, secret, ticketIn } from "../../../core/test/support/modes.ts";
