/**
 * Keeps the distances of instants current, and adds events as they happen. It counts from the server's clock. Texts become
 * text nodes, never markup. Without it, or with an old browser, the page stays as it was loaded.
 */
export const pageScript = `
const units = [["day", 86400000], ["hour", 3600000], ["minute", 60000], ["second", 1000]];
const ahead = Number(document.body.dataset.now) - Date.now();
const list = document.getElementById("list");
const none = document.getElementById("none");

function durationOf(milliseconds) {
  const distance = Math.abs(milliseconds);
  const [name, size] = units.find(([, unit]) => distance >= unit) ?? units[3];
  const count = Math.floor(distance / size);
  return count + " " + name + (count === 1 ? "" : "s");
}

function distanceOf(at) {
  const left = at - Date.now() - ahead;
  if (Math.abs(left) < 1000) return "now";
  return left > 0 ? "in " + durationOf(left) : durationOf(left) + " ago";
}

function refresh() {
  for (const far of document.querySelectorAll("[data-at]")) {
    const text = distanceOf(Number(far.dataset.at));
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
  const far = element("span", distanceOf(at), "far");
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
    // A stream ends now and then, and is begun anew; that alone is no failure.
    failures += 1;
    if (failures > 2 || source.readyState === EventSource.CLOSED) {
      live.textContent = "Not connected to the server at the moment.";
    }
  });
  source.addEventListener("opening", ({ data }) => {
    const { standing, events } = JSON.parse(data);
    failures = 0;
    live.textContent = "New ones appear by themselves.";
    list.replaceChildren(...events.map(itemOf).reverse());
    none.hidden = events.length > 0;
    document.getElementById("changed").hidden = standing === document.body.dataset.standing;
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

function leave() {
  source?.close();
  source = undefined;
}

// A browser opens six connections to a server over HTTP/1.1: the streams of tabs that nobody looks at would take all of
// them, and the application would stand still. The same for a page that is kept for the back button.
function attend() {
  leave();
  if (!document.hidden) source = follow();
}

addEventListener("pageshow", attend);
addEventListener("pagehide", leave);
addEventListener("visibilitychange", attend);
setInterval(refresh, 1000);
`;
