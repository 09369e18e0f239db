// Keeps what checking needs, so that it works where the site cannot be reached: pages, scripts and texts of this
// version. The network is always asked first for pages. Records and keys are not kept here (see known.js): an
// old record must never be taken for an answer.

const VERSION = "{version}";
const ROOT = new URL("./", self.location);
// A static site has a file for each language, the server one address.
const STATIC = new URL(self.location).searchParams.has("static");
// Several sites may lie on one origin.
const PREFIX = `pk-shell ${ROOT.pathname} `;
const SHELL = PREFIX + VERSION;

const PAGES = STATIC
  ? ["periksa/", "periksa/en.html", "luring/", "luring/en.html"]
  : ["periksa?lang=id", "periksa?lang=en", "luring?lang=id", "luring?lang=en"];
// photo.wasm is large, and is kept when it was used.
const ASSETS = [
  "style.css", "icon.svg", "pk.js", "page.js", "network.js", "known.js", "claim.js", "check.js", "ask.js",
  "original.js", "verdict.js", "worker.js", "verifier.js", "verifier.wasm", "photo.js", "words-id.json",
  "words-en.json",
];
// How long a reader waits for a page before he is shown what is here.
const PATIENCE = 6_000;
// How old a page may be that is here: what it says of the institution does not belong to this version.
const FRESH = 3_600_000;

const at = (path) => new URL(path, ROOT).href;

// What a page says depends on the language that was asked for, and each language has its address here.
async function kept(url) {
  try {
    return await (await caches.open(SHELL)).match(url, { ignoreVary: true });
  } catch {
    // A browser that has lost its storage still has its network.
    return undefined;
  }
}

async function install() {
  const cache = await caches.open(SHELL);
  await Promise.all([...PAGES.map(store), cache.addAll(ASSETS.map((name) => at(`assets/${VERSION}/${name}`)))]);
}

async function store(path) {
  const url = at(path);
  const answer = await fetch(url, { cache: "no-cache" });
  const text = await answer.text();
  // A page of another version asks for scripts that are not here.
  if (!answer.ok || !text.includes(VERSION)) throw new Error(`${url}: ${answer.status}`);
  const headers = new Headers(answer.headers);
  headers.delete("content-encoding");
  headers.set("x-fetched", new Date().toISOString());
  // Made anew: browsers refuse to show what was redirected on its way here, and hosts that strip `.html` do that.
  await (await caches.open(SHELL)).put(url, new Response(text, { headers }));
}

async function refresh() {
  const page = await kept(at(PAGES[0]));
  if (Date.now() - Date.parse(page?.headers.get("x-fetched")) < FRESH) return;
  await Promise.allSettled(PAGES.map(store));
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
  if (request.url.startsWith(at(`assets/${VERSION}/`))) event.respondWith(asset(event));
  else if (request.mode === "navigate") event.respondWith(page(event));
});

// Named by its content: what is here is what the network has.
async function asset(event) {
  const { request } = event;
  const known = await kept(request.url);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    // A full disk keeps nothing, and takes nothing away.
    event.waitUntil(caches.open(SHELL).then((cache) => cache.put(request, copy)).catch(() => {}));
  }
  return answer;
}

async function page(event) {
  const { request } = event;
  const stop = new AbortController();
  const asked = fetch(request, { cache: "no-cache", signal: stop.signal });
  const late = new Promise((given) => { setTimeout(given, PATIENCE); });
  const answer = await Promise.race([asked, late]).catch(() => undefined);
  if (answer && !isOfProxy(answer)) {
    event.waitUntil(refresh());
    return answer;
  }
  const instead = await withoutSite(new URL(request.url));
  // A browser asks for the same address again only when the first answer is there, or given up.
  if (instead) stop.abort();
  return instead ?? asked;
}

// A failure that something in front of the site reports. What the site says itself, of its own failures too, has
// its policy with it.
function isOfProxy({ status, headers }) {
  return status >= 500 && !headers.get("content-security-policy")?.includes("wasm-unsafe-eval");
}

// What is shown at an address while the site cannot be reached.
async function withoutSite(url) {
  const path = url.pathname.slice(ROOT.pathname.length);
  // Hosts spell the addresses of files in many ways.
  const folder = path.replace(/(^|\/)(index|en)?(\.html)?$/, "");
  const name = folder === "" || folder === "periksa" ? "periksa" : "luring";
  const language = languageOf(url, path);
  const page = await kept(at(STATIC ? `${name}/${language === "en" ? "en.html" : ""}` : `${name}?lang=${language}`));
  if (!page) return undefined;
  // Shown at another address than its own, its relative links have to be made anew; those to the other language
  // lead to that of the address.
  const here = `${ROOT.pathname}${folder && `${folder}/`}`;
  const text = (await page.text()).replaceAll('="../', `="${ROOT.pathname}`)
    .replaceAll('href="en.html"', `href="${here}en.html"`).replaceAll('href="./"', `href="${here}"`);
  return new Response(text, { headers: page.headers });
}

// As the server chooses: by the address, else Indonesian unless English is asked for before it.
function languageOf(url, path) {
  if (STATIC) return /(^|\/)en(\.html)?$/.test(path) ? "en" : "id";
  const chosen = url.searchParams.get("lang");
  if (chosen === "id" || chosen === "en") return chosen;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === "id" || tag === "en");
  return wanted ?? "id";
}
