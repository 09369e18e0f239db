// Keeps what checking needs, so that it works without a network: pages, scripts and texts of this version.
// The network is always asked first for pages. Records and keys are not kept here (see known.js): an old
// record must never be taken for an answer.

const VERSION = "{version}";
const ROOT = new URL("./", self.location);
// A static site has a file for each language, the server one address.
const STATIC = new URL(self.location).searchParams.has("static");
// Several sites may lie on one origin.
const PREFIX = `pk-shell ${ROOT.pathname} `;
const SHELL = PREFIX + VERSION;

const PAGES = STATIC
  ? ["", "en.html", "periksa/", "periksa/en.html", "luring/", "luring/en.html"]
  : ["periksa?lang=id", "periksa?lang=en", "luring?lang=id", "luring?lang=en"];
// photo.wasm is large, and is kept when it was used.
const ASSETS = [
  "style.css", "icon.svg", "pk.js", "page.js", "known.js", "claim.js", "check.js", "ask.js", "original.js",
  "verdict.js", "verifier.js", "verifier.wasm", "photo.js", "words-id.json", "words-en.json",
];
const CHECK = ["", "index.html", "en.html", "periksa", "periksa/", "periksa/en.html"];

const at = (path) => new URL(path, ROOT).href;
// What a page says depends on the language that was asked for, and each language has its address here.
const kept = async (url) => (await caches.open(SHELL)).match(url, { ignoreVary: true });

async function install() {
  const cache = await caches.open(SHELL);
  const pages = PAGES.map((page) => new Request(at(page), { cache: "no-cache" }));
  await cache.addAll([...pages, ...ASSETS.map((name) => at(`assets/${VERSION}/${name}`))]);
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== SHELL).map((old) => caches.delete(old)));
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(ROOT.href)) return;
  if (request.url.startsWith(at(`assets/${VERSION}/`))) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});

// Named by its content: what is here is what the network has.
async function asset(request) {
  const known = await kept(request.url);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(SHELL)).put(request, answer.clone());
  return answer;
}

async function page(request) {
  try {
    return await fetch(request, { cache: "no-cache" });
  } catch {
    return withoutNetwork(new URL(request.url));
  }
}

async function withoutNetwork(url) {
  const path = url.pathname.slice(ROOT.pathname.length);
  const language = languageOf(url, path);
  if (CHECK.includes(path)) {
    const check = await kept(STATIC ? at(path.replace("index.html", "")) : at(`periksa?lang=${language}`));
    if (check) return check;
  }
  const offline = await kept(at(STATIC ? `luring/${language === "en" ? "en.html" : ""}` : `luring?lang=${language}`));
  if (!offline) return Response.error();
  // Shown at another address than its own, its relative links have to be made anew.
  const text = (await offline.text()).replaceAll('="../', `="${ROOT.pathname}`);
  return new Response(text, { headers: offline.headers });
}

// As the server chooses: by the address, else Indonesian unless English is asked for before it.
function languageOf(url, path) {
  if (STATIC) return path.endsWith("en.html") ? "en" : "id";
  const chosen = url.searchParams.get("lang");
  if (chosen === "id" || chosen === "en") return chosen;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === "id" || tag === "en");
  return wanted ?? "id";
}
