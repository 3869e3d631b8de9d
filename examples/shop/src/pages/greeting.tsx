import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** @param props.username - as the visitor gave it */
export function GreetingPage({ frame, username }: { readonly frame: Frame; readonly username: string | undefined }) {
  return (
    <Layout title={`Welcome, ${username ?? "Guest"}`} frame={frame}>
      <p class="lead">
        {username === undefined
          ? "Nobody has given a name in this session yet."
          : "The name is in your session, and no account was needed for it."}
      </p>
      <p>
        <a class="button" href="/">
          To the shop
        </a>
      </p>
    </Layout>
  );
}
