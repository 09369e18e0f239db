// What networks, proxies, caches and older browsers do: whatever does not come, the page says so, and nothing
// looks better than it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  MISSING, NO_NETWORK, behind, claimOf, claimSaid, heading, ids, pdf, photo, ready, site, verdicts, withPage,
} from "./site.mjs";

const own = claimOf(ids["in-force"]);
const PAGE = `/V/${ids["in-force"]}?lang=en`;
const PHOTO = { name: "foto.png", mimeType: "image/png", buffer: photo(ids["in-force"]) };
const headline = (page) => page.locator("main > .banner").first().getAttribute("class");
const isPage = ({ url }) => /^\/V\/[A-Z2-7]{16}(\?|$)/.test(url);

// Runs `test` with a page that a service worker looks after, and with the switch of a fault.
async function looked(fault, test, options = {}) {
  let on = false;
  await behind((request, response) => on && fault(request, response), async (origin) => {
    const expected = ["a status of 5", "net::ERR", "Refused to apply style", MISSING, NO_NETWORK];
    await withPage({ origin, blockWorker: false, expected }, async (page, context) => {
      await page.goto(`${origin}${options.path ?? PAGE}#${own}`);
      await claimSaid(page);
      await ready(page);
      await test(page, (now) => { on = now; }, { origin, context });
    });
  }, options);
}

test("a network that answers nothing ends in the page for that, and the claim is checked", async () => {
  await looked((request) => isPage(request), async (page, fault, { origin }) => {
    fault(true);
    await page.goto("about:blank");
    await page.goto(`${origin}${PAGE}#${own}`);
    assert.equal(await heading(page), "Status cannot be checked");
    const { tone, title } = await claimSaid(page);
    assert.deepEqual([tone, title], ["open", "The seal of the QR code is genuine"]);
    // And it can be tried again, without losing the claim.
    fault(false);
    await page.locator("#again").click();
    await page.locator("main > .banner.good").waitFor();
    assert.equal((await claimSaid(page)).tone, "good");
  });
});

test("the page of a proxy whose server is dead is none of ours", async () => {
  for (const status of [500, 502, 503, 504, 522]) {
    const dead = (request, response) => response.writeHead(status, { "content-type": "text/html" }).end("<h1>Bad</h1>");
    await looked(dead, async (page, fault) => {
      fault(true);
      await page.reload();
      assert.equal(await heading(page), "Status cannot be checked");
      assert.equal((await claimSaid(page)).tone, "open");
      assert.ok((await page.locator("#claim").innerText()).includes("Last seen on this device: Recorded and in force"));
    });
  }
});

test("what the server says of its own failures is shown", async () => {
  const policy = "default-src 'none'; script-src 'wasm-unsafe-eval'";
  const headers = { "content-type": "text/html", "content-security-policy": policy };
  const own = (request, response) => response.writeHead(503, headers).end("<main><h1>Own</h1></main>");
  await looked(own, async (page, fault) => {
    fault(true);
    await page.reload();
    assert.equal(await heading(page), "Own");
  });
});

test("pages that are kept say what the institution says now", async () => {
  let name = "Pemerintah Kabupaten Baru";
  let version = (text) => text;
  const change = (text) => version(text.replaceAll("Pemerintah Kabupaten Contoh", name));
  const kept = (page, path) => page.evaluate(async (path) => {
    const shell = await caches.open((await caches.keys()).find((name) => name.startsWith("pk-shell")));
    return (await shell.match(path, { ignoreVary: true })).text();
  }, path);
  // As if hours had passed.
  const age = (page) => page.evaluate(async () => {
    const shell = await caches.open((await caches.keys()).find((name) => name.startsWith("pk-shell")));
    for (const request of await shell.keys()) {
      const answer = await shell.match(request, { ignoreVary: true });
      const headers = new Headers(answer.headers);
      headers.set("x-fetched", "2026-01-01T00:00:00Z");
      const page = headers.get("content-type").startsWith("text/html");
      if (page) await shell.put(request, new Response(await answer.text(), { headers }));
    }
  });
  await looked(() => false, async (page) => {
    assert.ok((await kept(page, "/periksa?lang=id")).includes(name));
    const later = () => new Promise((waited) => { setTimeout(waited, 1_500); });
    const first = name;
    name = "Pemerintah Kabupaten Lain";
    await page.reload();
    await later();
    assert.ok((await kept(page, "/luring?lang=en")).includes(first), "an hour is not over");
    await age(page);
    await page.reload();
    await later();
    for (const path of ["/luring?lang=en", "/luring?lang=id", "/periksa?lang=en"]) {
      assert.ok((await kept(page, path)).includes(name), path);
    }
    // Its scripts would not be there.
    const last = name;
    name = "Pemerintah Kabupaten Nanti";
    version = (text) => text.replaceAll(/assets\/[0-9a-f]{16}/g, "assets/0000000000000000");
    await age(page);
    await page.reload();
    await later();
    assert.ok((await kept(page, "/luring?lang=en")).includes(last));
  }, { change });
});

test("a host that strips .html works without a network too", async () => {
  const strip = (request, response) => {
    const [path, rest] = request.url.split(/(?=\?)/);
    const stripped = path.replace(/\.html$/, "");
    if (path !== stripped) response.writeHead(308, { location: stripped + (rest ?? "") }).end();
    else if (path.endsWith("/en")) request.url = `${path}.html`;
    return path !== stripped;
  };
  let on = true;
  await behind((request, response) => on && strip(request, response), async (origin) => {
    await withPage({ origin, blockWorker: false, expected: [NO_NETWORK] }, async (page, context) => {
      await page.goto(`${origin}/V/${ids["in-force"]}/en.html#${own}`);
      assert.equal((await claimSaid(page)).tone, "good");
      assert.ok(page.url().includes(`/V/${ids["in-force"]}/en#`));
      await ready(page);
      await context.setOffline(true);
      for (const path of ["en.html", "en"]) {
        await page.goto(`${origin}/periksa/${path}`);
        assert.equal(await heading(page), "Check a document");
        await page.locator("#drop-hint").waitFor();
        await page.goto(`${origin}/V/${ids["in-force"]}/${path}#${own}`);
        assert.equal(await heading(page), "Status cannot be checked");
        assert.equal((await claimSaid(page)).tone, "open");
      }
      // As it is printed: without the last slash.
      await page.goto(`${origin}/V/${ids["in-force"]}#${own}`);
      assert.equal(await heading(page), "Status tidak dapat diperiksa");
      await page.locator(".top a[hreflang=en]").click();
      await page.waitForURL(`${origin}/V/${ids["in-force"]}/en.html#${own}`);
      assert.equal(await heading(page), "Status cannot be checked");
      on = false;
    });
  }, { to: process.env.PK_WEB_STATIC });
});

test("a full disk takes nothing away", async () => {
  await withPage({ blockWorker: false }, async (page, context) => {
    await page.goto(`${site}/periksa?lang=en`);
    await ready(page);
    await context.serviceWorkers()[0].evaluate(() => {
      Cache.prototype.put = async () => { throw new DOMException("full", "QuotaExceededError"); };
    });
    await page.locator("#drop-hint").waitFor();
    await page.locator("#photo").setInputFiles(PHOTO);
    assert.equal((await verdicts(page)).length, 1);
  });
});

for (const file of ["words-en.json", "verifier.wasm", "claim.js"]) {
  test(`while ${file} does not come, that the claim is being checked is said, and then that it was not`, async () => {
    await withPage({}, async (page) => {
      await page.route(`**/${file}`, () => {});
      await page.goto(`${site}${PAGE}#${own}`);
      const claim = page.locator("#claim");
      await page.waitForFunction(() => document.getElementById("claim").textContent);
      assert.equal(await claim.innerText(), "Checking the QR code…");
      const said = () => document.getElementById("claim").textContent.includes("Nothing can be said");
      await page.waitForFunction(said, undefined, { timeout: 40_000 });
      assert.equal(await page.locator("#claim .banner.good").count(), 0);
    });
  });
}

test("browsers without AbortSignal.timeout and without workers of this kind check as well", async () => {
  for (const old of [
    () => { delete AbortSignal.timeout; delete globalThis.Worker; delete globalThis.OffscreenCanvas; },
    // Takes it for another kind of script.
    () => {
      const { Worker } = globalThis;
      globalThis.Worker = class extends Worker {
        constructor(url) { super(url); }
      };
      globalThis.createImageBitmap = ((create) => (blob, wish) => (
        wish ? Promise.reject(new TypeError("imageOrientation")) : create(blob)
      ))(createImageBitmap);
      delete globalThis.OffscreenCanvas;
    },
  ]) {
    await withPage({ expected: ["Cannot use import statement"] }, async (page) => {
      await page.addInitScript(old);
      await page.goto(`${site}${PAGE}#${own}`);
      assert.equal((await claimSaid(page)).tone, "good");
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
      await page.locator("#photo").setInputFiles(PHOTO);
      const [verdict] = await verdicts(page);
      assert.equal(verdict.lines.status.code, "status.complete");
    });
  }
});

test("a file that takes long does not hold the page up", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    // Corners of codes wherever one looks.
    const slow = await page.evaluate(async () => {
      const corner = new OffscreenCanvas(27, 27);
      const context = corner.getContext("2d");
      for (const [at, size, colour] of [[0, 27, "white"], [0, 21, "black"], [3, 15, "white"], [6, 9, "black"]]) {
        context.fillStyle = colour;
        context.fillRect(at, at, size, size);
      }
      const canvas = new OffscreenCanvas(6_000, 4_500);
      const whole = canvas.getContext("2d");
      whole.fillStyle = whole.createPattern(corner, "repeat");
      whole.fillRect(0, 0, 6_000, 4_500);
      return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
    });
    const pauses = page.evaluate(async () => {
      const pauses = [];
      let last;
      while (!document.querySelector("#result .banner")) {
        if (last) pauses.push(performance.now() - last);
        if (document.querySelector("#result p")) last = performance.now();
        await new Promise((later) => { setTimeout(later, 5); });
      }
      return [...pauses, performance.now() - last];
    });
    await page.locator("#photo").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: Buffer.from(slow) });
    const [worst, all] = [Math.max(...await pauses), (await pauses).reduce((sum, pause) => sum + pause)];
    assert.ok(worst < all / 4, `${worst} of ${all} ms`);
  });
});

// Answers for the record of the document in force.
async function recorded(page, change) {
  await page.route(`**/V/${ids["in-force"]}.json`, async (route) => {
    const answer = await route.fetch();
    await route.fulfill(change ? { response: answer, ...change(await answer.json()) } : { response: answer });
  });
}
const CHANGED = { changed: "2026-12-01T00:00:00Z" };
const REVOKED = (record) => ({ json: { ...record, ...CHANGED, state: "revoked", reason: "sasaran keliru" } });
const UNKNOWN = () => ({ status: 404, body: "{}" });

for (const [what, change, said] of [["revoked", REVOKED, "Revoked"], ["not known", UNKNOWN, "Unknown document"]]) {
  for (const claim of ["", `#${own}`]) {
    test(`a page in force whose record is ${what} does not look good, ${claim ? "with" : "without"} a claim`, async () => {
      await withPage({ expected: [MISSING] }, async (page) => {
        let pages = 0;
        page.on("request", (request) => { if (request.isNavigationRequest()) pages += 1; });
        await recorded(page, change);
        await page.goto(site + PAGE + claim);
        await page.locator("main > .banner.bad").waitFor();
        await page.waitForTimeout(1_000);
        // Asked for once more, and no more.
        assert.equal(pages, 2);
        assert.equal(await heading(page), "The status on this page is out of date");
        assert.ok((await page.locator("main > .banner").innerText()).includes(`register now says: ${said}`));
        assert.equal(await page.locator("#lines > li:nth-child(3) .mark").getAttribute("class"), "mark bad");
        assert.equal(await page.locator("main .banner.good").count(), 0);
      });
    });
  }
}

test("a page that the browser goes back to is compared with the record", async () => {
  await withPage({}, async (page) => {
    await page.goto(site + PAGE);
    assert.equal(await headline(page), "banner good");
    await page.goto(`${site}/periksa?lang=en`);
    await recorded(page, REVOKED);
    await page.goBack();
    await page.locator("main > .banner.bad").waitFor();
  });
  // Kept as it was left.
  await withPage({}, async (page) => {
    await page.goto(site + PAGE, { waitUntil: "networkidle" });
    await recorded(page, REVOKED);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await page.locator("main > .banner.bad").waitFor();
  });
});

test("a record that only changed otherwise gets its new page, and no alarm", async () => {
  await withPage({}, async (page) => {
    let pages = 0;
    page.on("request", (request) => { if (request.isNavigationRequest()) pages += 1; });
    await recorded(page, (record) => ({ json: { ...record, ...CHANGED } }));
    await page.goto(`${site}${PAGE}#${own}`);
    await page.waitForTimeout(2_000);
    assert.equal((await claimSaid(page)).tone, "good");
    assert.deepEqual([pages, await headline(page)], [2, "banner good"]);
  });
});

test("a claim is good only by a record that was compared with it", async () => {
  for (const change of [
    (record) => ({ json: { ...record, id: ids.other } }), (record) => ({ json: { ...record, format: "pk-record/2" } }),
    ({ digest, ...record }) => ({ json: record }), ({ files, ...record }) => ({ json: record }),
    (record) => ({ json: { ...record, digest: [record.digest] } }), () => ({ json: [] }), () => ({ body: "<html>" }),
  ]) {
    await withPage({}, async (page) => {
      await recorded(page, change);
      await page.goto(`${site}${PAGE}#${own}`);
      const { tone, text } = await claimSaid(page);
      assert.equal(tone, "open");
      assert.ok(text.includes("cannot be checked now"), text);
    });
  }
});

test("of a document that is unknown by now, nothing is remembered", async () => {
  await withPage({ expected: [MISSING] }, async (page) => {
    const kept = () => page.evaluate(async () => (await (await caches.open("pk-records /")).keys()).length);
    await page.goto(site + PAGE, { waitUntil: "networkidle" });
    assert.equal(await kept(), 1);
    await recorded(page, UNKNOWN);
    await page.reload();
    await page.locator("main > .banner.bad").waitFor();
    assert.equal(await kept(), 0);
  });
});

const checkOriginal = async (page) => {
  await page.goto(site + PAGE);
  await page.locator("#check-original").waitFor();
  await page.locator("#check-original").focus();
  await page.keyboard.press("Enter");
};

test("a file that was put in the place of the original is found out", async () => {
  const vectors = new URL("../../crates/trust/tests/vectors/foreign/", import.meta.url).pathname;
  for (const file of [pdf(ids.other), pdf(ids.pledge), `${vectors}b-lta-two.pdf`, `${vectors}pades-ed25519.pdf`]) {
    await withPage({}, async (page) => {
      const answer = { body: readFileSync(file), contentType: "application/pdf" };
      await page.route("**/*.pdf", (route) => route.fulfill(answer));
      await checkOriginal(page);
      const box = page.locator("#original-result .banner");
      await box.waitFor();
      assert.equal(await box.getAttribute("class"), "banner bad");
      assert.equal(await heading(page), "The original failed the check");
      assert.equal(await page.locator("main .banner.good").count(), 0);
      assert.equal(await page.locator("#lines .mark").first().getAttribute("class"), "mark bad");
      assert.equal(await page.evaluate(() => document.activeElement.id), "original-result");
    });
  }
});

test("an original that does not come says nothing of the browser, and can be asked for again", async () => {
  await withPage({ expected: ["net::ERR_FAILED"] }, async (page) => {
    await page.route("**/*.pdf", (route) => route.abort());
    await checkOriginal(page);
    await page.locator("#original-result", { hasText: "cannot be fetched" }).waitFor();
    assert.equal(await headline(page), "banner good");
    await page.unroute("**/*.pdf");
    await page.locator("#check-original").press("Enter");
    await page.locator("#original-result .banner.good").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "original-result");
  });
});

test("an original whose document is revoked by now takes the good headline away", async () => {
  await withPage({}, async (page) => {
    await page.goto(site + PAGE, { waitUntil: "networkidle" });
    await recorded(page, REVOKED);
    await page.locator("#check-original").click();
    await page.locator("main > .banner.bad").waitFor();
  });
});
