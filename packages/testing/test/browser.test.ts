import { browser } from "@coatcheck/testing";
import { describe, expect, it } from "vitest";

/**
 * Sets the cookies, the status and the location of its query string. Answers with the method, path and cookies of the
 * request.
 */
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
  it("stores several cookies of one response and sends them back", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("a=1; Path=/", "__Host-b=2; Path=/; Secure; HttpOnly"));
    expect(await (await client.fetch("/x")).text()).toBe("GET /x a=1; __Host-b=2");
  });

  it("drops cookies that a browser would drop", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("__Host-a=1; Path=/", "__Host-b=1; Path=/x; Secure", "__Secure-c=1; Path=/"));
    await client.fetch(set("d=1; Path=/; Domain=example.com"));
    expect(await client.cookieHeader()).toBe("");
  });

  it("sends a Secure cookie over https and to localhost only", async () => {
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

  it("removes a cookie only by its own name, domain and path", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("a=1; Path=/"));
    await client.fetch(set("a=; Path=/other; Max-Age=0"));
    expect(await client.cookieHeader()).toBe("a=1");
    await client.fetch(set("a=; Path=/; Max-Age=0"));
    expect(await client.cookieHeader()).toBe("");
  });

  it("follows redirects in visit as a browser does", async () => {
    const client = browser({ fetch: echo });
    expect((await client.fetch("/?status=303&to=/next")).status).toBe(303);
    const visited = await client.visit(`/?status=303&to=/next&set=${encodeURIComponent("a=1; Path=/")}`, {
      method: "POST",
    });
    expect(await visited.text()).toBe("GET /next a=1");
    const preserved = await client.visit("/?status=307&to=/next", { method: "POST", body: "x" });
    expect(await preserved.text()).toBe("POST /next a=1");
  });

  it("ends a redirect loop", async () => {
    expect((await browser({ fetch: echo }).visit("/?status=302&to=/?status=302%26to=/")).status).toBeLessThan(400);
  });

  it("sends Origin and Sec-Fetch-Site with unsafe methods only", async () => {
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
  ])("adds neither header when the caller sets %s", async (name, value) => {
    const client = browser({
      fetch: ({ headers }) => Response.json([headers.get("Origin"), headers.get("Sec-Fetch-Site")]),
    });
    const response = await client.fetch("/", { method: "POST", headers: { [name]: value } });
    expect(((await response.json()) as unknown[]).filter((header) => header !== null)).toEqual([value]);
  });

  it("C-49 sets the cookies of a Cookie header, with the attributes that their names require", async () => {
    for (const origin of ["https://localhost", "http://example.com"]) {
      const client = browser({ fetch: echo, origin });
      await client.setCookie("a=1; b=2");
      expect(await client.cookieHeader("/x"), origin).toBe("a=1; b=2");
      await client.setCookie("__Host-c=3; __Secure-d=4");
      const isSecure = origin.startsWith("https");
      expect(await client.cookieHeader("/x"), origin).toBe(`a=1; b=2${isSecure ? "; __Host-c=3; __Secure-d=4" : ""}`);
    }
  });

  it("sets no cookie for an empty Cookie header", async () => {
    const client = browser({ fetch: echo });
    await client.setCookie("");
    expect(await client.cookieHeader()).toBe("");
  });

  it("applies the rules for Set-Cookie to a line with attributes", async () => {
    const client = browser({ fetch: echo });
    await client.setCookie("__Host-a=1; Path=/");
    await client.setCookie("b=2; HttpOnly");
    await client.setCookie("c=3; path=/x");
    expect(await client.cookieHeader()).toBe("b=2");
  });

  it("does not share its cookies with a clone", async () => {
    const client = browser({ fetch: echo });
    await client.fetch(set("a=1; Path=/"));
    const thief = await client.clone();
    await client.fetch(set("a=2; Path=/"));
    expect(await thief.cookieHeader()).toBe("a=1");
  });
});
