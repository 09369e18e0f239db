// Makes a page that is complete without it more useful: times by the reader's clock, the claim in the link
// checked, files checked on this device, and all of it without a network.

import { address, isStatic, kind, localTime } from "./page.js";

function times() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = localTime(time.dateTime);
  }
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

// A module that cannot be loaded has to be said: the headline alone would look like the whole answer.
function load(place, module) {
  const section = document.getElementById(place);
  if (!section) return;
  module().then(({ start }) => start(section)).catch(() => {
    section.textContent = section.dataset.failed ?? "";
  });
}

function offline() {
  navigator.serviceWorker?.register(address(isStatic ? "sw.js?static" : "sw.js")).catch(() => {});
  // Keys that are asked for only when they are needed are not there when there is no network.
  import("./known.js").then(({ keys }) => keys()).catch(() => {});
}

times();
languageLinks();
skipLink();
if (kind === "check") load("result", () => import("./check.js"));
else load("claim", () => import("./claim.js"));
// Without it there is one button less.
import("./original.js").then(({ start }) => start()).catch(() => {});
offline();
