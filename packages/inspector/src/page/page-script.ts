/**
 * Updates the distances of instants, by the server's clock, and adds events as they happen. Texts become text nodes, never
 * markup. Without the script, or in an old browser, the page stays as it was loaded.
 */
export const pageScript = `
const units = [["day", 86400000], ["hour", 3600000], ["minute", 60000], ["second", 1000]];
const clockOffset = Number(document.body.dataset.now) - Date.now();
const list = document.getElementById("list");
const none = document.getElementById("none");

function formatDuration(milliseconds) {
  const distance = Math.abs(milliseconds);
  const [name, size] = units.find(([, unit]) => distance >= unit) ?? units[3];
  const count = Math.floor(distance / size);
  return count + " " + name + (count === 1 ? "" : "s");
}

function formatDistance(at) {
  const left = at - Date.now() - clockOffset;
  if (Math.abs(left) < 1000) return "now";
  return left > 0 ? "in " + formatDuration(left) : formatDuration(left) + " ago";
}

function refresh() {
  for (const far of document.querySelectorAll("[data-at]")) {
    const text = formatDistance(Number(far.dataset.at));
    if (far.textContent !== text) far.textContent = text;
  }
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function itemOf({ at, type, text }) {
  const iso = new Date(at).toISOString();
  const time = element("time", iso.slice(0, 10) + " " + iso.slice(11, 19) + " UTC");
  time.dateTime = iso;
  const far = element("span", formatDistance(at), "far");
  far.dataset.at = at;
  const when = element("span", "", "when");
  when.append(time, " ", far);
  const item = document.createElement("li");
  item.append(element("code", type), " ", element("span", text, "text"), " ", when);
  return item;
}

function follow() {
  const address = new URL(location.href);
  address.searchParams.set("events", "");
  const source = new EventSource(address);
  const live = document.getElementById("live");
  let failures = 0;
  source.addEventListener("error", () => {
    // Each stream ends after a while, and the browser reconnects. That alone is not a failure.
    failures += 1;
    if (failures > 2 || source.readyState === EventSource.CLOSED) {
      live.textContent = "The connection to the server is lost.";
    }
  });
  source.addEventListener("opening", ({ data }) => {
    const { revision, events } = JSON.parse(data);
    failures = 0;
    live.textContent = "New events appear automatically.";
    list.replaceChildren(...events.map(itemOf).reverse());
    none.hidden = events.length > 0;
    document.getElementById("changed").hidden = revision === document.body.dataset.revision;
  });
  source.addEventListener("message", ({ data }) => {
    const item = itemOf(JSON.parse(data));
    item.className = "fresh";
    list.prepend(item);
    none.hidden = true;
  });
  return source;
}

let source;

function disconnect() {
  source?.close();
  source = undefined;
}

// A browser opens six connections to a server over HTTP/1.1. The streams of hidden tabs, and of pages in the back-forward
// cache, would take all of them and block the application.
function connect() {
  disconnect();
  if (!document.hidden) source = follow();
}

addEventListener("pageshow", connect);
addEventListener("pagehide", disconnect);
addEventListener("visibilitychange", connect);
setInterval(refresh, 1000);
`;
