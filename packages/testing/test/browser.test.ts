import { browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/** An application that sets what it is asked for, and tells what it was sent. */
function echo(request: Request): Response {
  const url = new URL(request.url);
  const headers = new Headers();
  for (const line of url.searchParams.getAll("set")) headers.append("Set-Cookie", line);
  const to = url.searchParams.get("to");
  if (to !== null) headers.set("Location", to);
  const status = Number(url.searchParams.get("status") ?? 200);
  return new Response(`${request.method} ${url.pathname} ${request.headers.get("Cookie") ?? ""}`, { status, headers });
}

const set = (...lines: string[]) => `/?${lines.map((line) => `set=${encodeURIComponent(line)}`).join("&")}`;

describe("browser", () => {
  it("keeps several cookies of one response, and sends them back", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("a=1; Path=/", "__Host-b=2; Path=/; Secure; HttpOnly"));
    expect(await (await client.fetch("/x")).text()).toBe("GET /x a=1; __Host-b=2");
  });

  it("drops what a browser would drop", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("__Host-a=1; Path=/", "__Host-b=1; Path=/x; Secure", "__Secure-c=1; Path=/"));
    await client.fetch(set("d=1; Path=/; Domain=example.com"));
    expect(await client.cookieHeader()).toBe("");
  });

  it("sends a Secure cookie over https and to localhost, and nowhere else", async () => {
    for (const [origin, expected] of [
      ["https://example.com", "a=1"],
      ["http://localhost", "a=1"],
      ["http://example.com", ""],
    ] as const) {
      const client = browser({ fetch: echo, origin });
      await client.fetch(set("a=1; Path=/; Secure"));
      expect(await client.cookieHeader(), origin).toBe(expected);
    }
  });

  it("removes a cookie only when name, domain and path are those it was set with", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("a=1; Path=/"));
    await client.fetch(set("a=; Path=/other; Max-Age=0"));
    expect(await client.cookieHeader()).toBe("a=1");
    await client.fetch(set("a=; Path=/; Max-Age=0"));
    expect(await client.cookieHeader()).toBe("");
  });

  it("follows redirects when asked to visit, as a browser does", async () => {
    const client = browser({ fetch: echo });
    expect((await client.fetch("/?status=303&to=/next")).status).toBe(303);
    const visited = await client.visit(`/?status=303&to=/next&set=${encodeURIComponent("a=1; Path=/")}`, {
      method: "POST",
    });
    expect(await visited.text()).toBe("GET /next a=1");
    const kept = await client.visit("/?status=307&to=/next", { method: "POST", body: "x" });
    expect(await kept.text()).toBe("POST /next a=1");
  });

  it("gives up on a redirect that leads nowhere else", async () => {
    expect((await browser({ fetch: echo }).visit("/?status=302&to=/?status=302%26to=/")).status).toBeLessThan(400);
  });

  it("says with a form that it is of the same origin, and with nothing else", async () => {
    const sent: (string | null)[][] = [];
    const client = browser({
      origin: "http://localhost:8080",
      fetch(request) {
        const { method, headers } = request;
        sent.push([method, headers.get("Origin"), headers.get("Sec-Fetch-Site")]);
        return echo(request);
      },
    });
    await client.submit("/?status=303&to=/next", { a: "1" });
    await client.visit("/?status=307&to=/next", { method: "POST" });
    await client.fetch("/", { method: "delete" });
    await client.fetch("/", { method: "HEAD" });
    expect(sent).toEqual([
      ["POST", "http://localhost:8080", "same-origin"],
      ["GET", null, null],
      ["POST", "http://localhost:8080", "same-origin"],
      ["POST", "http://localhost:8080", "same-origin"],
      ["DELETE", "http://localhost:8080", "same-origin"],
      ["HEAD", null, null],
    ]);
  });

  it.each([
    ["Origin", "https://evil.example"],
    ["Sec-Fetch-Site", "cross-site"],
  ])("leaves it to whoever sets %s where a request comes from", async (name, value) => {
    const client = browser({
      fetch: ({ headers }) => Response.json([headers.get("Origin"), headers.get("Sec-Fetch-Site")]),
    });
    const response = await client.fetch("/", { method: "POST", headers: { [name]: value } });
    expect(((await response.json()) as unknown[]).filter((header) => header !== null)).toEqual([value]);
  });

  it("shares nothing with its clone", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("a=1; Path=/"));
    const thief = await client.clone();
    await client.fetch(set("a=2; Path=/"));
    expect(await thief.cookieHeader()).toBe("a=1");
  });
});
