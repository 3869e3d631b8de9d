import { Layout } from "../ui/layout.tsx";
import type { Frame } from "../web/frame.ts";

/** @param props.username - the name that the visitor has entered */
export function GreetingPage({ frame, username }: { readonly frame: Frame; readonly username: string | undefined }) {
  return (
    <Layout title={`Welcome, ${username ?? "Guest"}`} frame={frame}>
      <p class="lead">
        {username === undefined
          ? "This session has no name yet."
          : "Your name is stored in your session. You need no account for that."}
      </p>
      <p>
        <a class="button" href="/">
          Back to the shop
        </a>
      </p>
    </Layout>
  );
}
