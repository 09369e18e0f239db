// Makes a page that is complete without it more useful: times by the reader's clock beside the office's, the claim in the link
// checked, files checked on this device, and all of it without a network.

import { address, fragment, isStatic, kind, localTime } from "./page.js";
import { PATIENCE, get } from "./network.js";

function times() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const here = new Intl.DateTimeFormat([], { dateStyle: "long", timeStyle: "long" });
    time.title = here.format(new Date(time.dateTime));
  }
}

const WEEK = 7 * 86_400_000;

// How old the answer is, also on a print of it. A live page has just been asked for; files were written some time.
async function asOf() {
  const place = document.getElementById("as-of");
  if (!place) return;
  let time = new Date(performance.timeOrigin).toISOString();
  if (isStatic) {
    const { ok, blob } = await get(address("published.json"), { cache: "no-cache", credentials: "omit" });
    time = ok ? JSON.parse(await blob.text()).published : undefined;
    // What is said without a script is true as well.
    if (Number.isNaN(Date.parse(time))) return;
  }
  const { text, old } = place.dataset;
  const remark = old && Date.now() - Date.parse(time) > WEEK ? ` ${old}` : "";
  place.textContent = `${text} ${localTime(time)}.${remark}`;
  place.hidden = false;
}

// The other language is about the same paper: what stands behind `#` goes along.
function languageLinks() {
  const keep = () => {
    for (const link of document.querySelectorAll(".top a[hreflang]")) link.hash = location.hash;
  };
  keep();
  addEventListener("hashchange", keep);
}

// As a plain link it would put its own target where the claim stands.
function skipLink() {
  document.querySelector("a.skip")?.addEventListener("click", (event) => {
    const content = document.getElementById("content");
    event.preventDefault();
    content.tabIndex = -1;
    content.focus();
  });
}

// The headline alone would look like the whole answer: that a claim is being checked is said at once, and a
// module that cannot be loaded, or is long in coming, is said too. It may still come.
function load(place, module) {
  const section = document.getElementById(place);
  if (!section) return;
  if (fragment()) section.textContent = section.dataset.checking ?? "";
  const failed = () => { section.textContent = section.dataset.failed ?? ""; };
  const late = setTimeout(failed, PATIENCE);
  module().then(({ start }) => {
    clearTimeout(late);
    return start(section);
  }).catch(() => {
    clearTimeout(late);
    failed();
  });
}

function offline() {
  navigator.serviceWorker?.register(address(isStatic ? "sw.js?static" : "sw.js")).catch(() => {});
  // Keys that are asked for only when they are needed are not there when there is no network.
  import("./known.js").then(({ keys }) => keys()).catch(() => {});
}

times();
asOf().catch(() => {});
languageLinks();
skipLink();
if (kind === "check") load("result", () => import("./check.js"));
else load("claim", () => import("./claim.js"));
// Without it there is one button less.
import("./original.js").then(({ start }) => start()).catch(() => {});
offline();
