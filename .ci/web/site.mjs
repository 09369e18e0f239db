// What the tests share: the office and its documents, a browser, and what every page has to keep to.
// .ci/web/run makes the office, starts the server, and names both in the environment.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const { PK_WEB_FOLDER: folder, PK_WEB_ADDRESS: address, PK_WEB_PROGRAM: pk } = process.env;

export const site = address;
export const office = join(folder, "contoh");
export const HOST = "cek.contoh.example";
export const assets = new URL("../../src/web/assets/", import.meta.url).pathname;

// Ids by what their documents are examples of.
export const ids = Object.fromEntries(
  readFileSync(join(folder, "documents.txt"), "utf8").trim().split("\n").map((line) => line.split(" ")),
);
export const UNKNOWN = "AAAAAAAAAAAAAAAA";

const run = (program, ...words) => {
  const done = spawnSync(program, words, { encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 26 });
  assert.equal(done.error, undefined, program);
  return done;
};

// The newest file of a document.
export function pdf(id, of = office) {
  const files = readdirSync(join(of, "documents", id)).filter((name) => name.endsWith(".pdf"));
  const newest = files.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1);
  return join(of, "documents", id, newest);
}

// The text of its QR code, as it is attached to it.
export function linkOf(id, of = office) {
  const out = mkdtempSync(join(tmpdir(), "pk-claim-"));
  try {
    const done = run("pdfdetach", "-savefile", "pk-claim.txt", "-o", join(out, "claim"), pdf(id, of));
    assert.equal(done.status, 0, done.stderr);
    return readFileSync(join(out, "claim"), "utf8").trim();
  } finally {
    rmSync(out, { recursive: true });
  }
}

export const claimOf = (id, of = office) => linkOf(id, of).split("#")[1];

// A document of the other institution.
export const elsewhere = join(folder, "lain");
export const foreignId = readdirSync(join(elsewhere, "documents")).sort()[0];

// Page 1 as a picture of so many dots an inch.
export function photo(id, dots = 150, of = office) {
  const out = mkdtempSync(join(tmpdir(), "pk-photo-"));
  try {
    const done = run("pdftoppm", "-png", "-r", String(dots), "-f", "1", "-l", "1", "-singlefile", pdf(id, of), join(out, "page"));
    assert.equal(done.status, 0, done.stderr);
    return readFileSync(join(out, "page.png"));
  } finally {
    rmSync(out, { recursive: true });
  }
}

// What the command says of a file.
export const command = (file) => JSON.parse(run(pk, "verify", "--json", "--office", office, file).stdout);

export const gist = ({ overall, lines }) => ({
  overall,
  lines: Object.fromEntries(Object.entries(lines).map(([axis, line]) => [axis, `${line.outcome} ${line.code}`])),
});

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.PK_WEB_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
      "--disable-background-networking", "--disable-component-update",
      // Names that only the tests know are this machine.
      `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
    ],
    timeout: 60_000,
  });
});
after(() => browser?.close());

// Runs `test` with a page. Whatever it does, nothing is asked of anybody else, nothing is left on the device
// but what the pages keep for themselves, and the browser has nothing to complain about but what is expected.
export async function withPage(options, test) {
  const { expected = [], blockWorker = true, origin = site, ...rest } = options;
  const context = await browser.newContext({
    viewport: { width: 390, height: 800 }, locale: "id-ID", timezoneId: "Asia/Jakarta",
    serviceWorkers: blockWorker ? "block" : "allow", ...rest,
  });
  context.setDefaultTimeout(30_000);
  const complaints = [];
  const others = [];
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${new URL(origin).origin}/`) && !/^(blob|data|about):/.test(url)) others.push(url);
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  try {
    await test(page, context);
    assert.deepEqual(others, [], "requests to others");
    assert.deepEqual(await context.cookies(), [], "cookies");
    const own = "Service Worker registration blocked by Playwright";
    const unexpected = complaints.filter((text) => text !== own && !expected.some((part) => text.includes(part)));
    assert.deepEqual(unexpected, [], "complaints of the browser");
  } finally {
    await context.close();
  }
}

// Runs `test` with the address of a proxy before the site. `fault` may answer a request in its own way, or not at
// all: then it returns true. It may also change what is asked for, and what comes back is given to `change`.
export async function behind(fault, test, { to = site, change = (body) => body } = {}) {
  const proxy = createServer((request, response) => {
    if (fault(request, response)) return;
    const { hostname, port } = new URL(to);
    const { "if-none-match": tag, "if-modified-since": time, ...asked } = request.headers;
    const headers = { ...asked, "accept-encoding": "identity" };
    const onward = ask({ hostname, port, path: request.url, method: request.method, headers }, async (answer) => {
      const parts = [];
      for await (const part of answer) parts.push(part);
      const body = Buffer.concat(parts);
      const page = answer.headers["content-type"]?.startsWith("text/html");
      const { "content-length": length, ...rest } = answer.headers;
      response.writeHead(answer.statusCode, rest);
      response.end(page ? change(body.toString()) : body);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((listening) => { proxy.listen(0, "127.0.0.1", listening); });
  try {
    await test(`http://127.0.0.1:${proxy.address().port}`);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

// An address that was not found is a complaint for the browser.
export const MISSING = "the server responded with a status of 404";
export const NO_NETWORK = "net::ERR_INTERNET_DISCONNECTED";

export const heading = (page) => page.locator("main h1").innerText();

// What is said about the claim behind `#`.
export async function claimSaid(page) {
  const box = page.locator("#claim .banner");
  await box.waitFor();
  const tone = (await box.getAttribute("class")).replace("banner ", "");
  return { tone, title: await box.locator("h2").innerText(), text: await box.innerText() };
}

// The verdicts on the page, from the files that it offers.
export async function verdicts(page) {
  const links = page.locator("#result a[download]");
  await links.first().waitFor();
  const found = [];
  for (const link of await links.all()) {
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    found.push(JSON.parse(readFileSync(await download.path(), "utf8")));
  }
  return found;
}

export async function noViolations(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`), []);
}

// Nothing is wider than the window.
export async function fits(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${over} dots too wide`);
}

// The shell and the keys are on the device.
export const ready = (page) => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  const deadline = Date.now() + 20_000;
  const kept = async () => {
    const names = await caches.keys();
    const keys = names.find((name) => name.startsWith("pk-keys"));
    return keys && (await (await caches.open(keys)).keys()).length === 1 && navigator.serviceWorker.controller;
  };
  while (!(await kept())) {
    if (Date.now() > deadline) throw new Error("the page did not get ready to work without a network");
    await new Promise((later) => { setTimeout(later, 50); });
  }
});
