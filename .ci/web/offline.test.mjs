// Without a network: what was seen is shown as old news, what the device can check it checks, and nothing
// looks as if it had been asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MISSING, NO_NETWORK, UNKNOWN, claimOf, claimSaid, fits, gist, heading, ids, linkOf, noViolations, pdf, photo, site,
  ready, verdicts, withPage,
} from "./site.mjs";

const OPTIONS = { blockWorker: false, expected: [NO_NETWORK, MISSING] };

const OFFLINE = { id: "Status tidak dapat diperiksa", en: "Status cannot be checked" };

for (const lang of ["id", "en"]) {
  test(`the page of a document that was seen, with its claim, ${lang}`, async () => {
    await withPage(OPTIONS, async (page, context) => {
      const address = `${site}/V/${ids["in-force"]}?lang=${lang}#${claimOf(ids["in-force"])}`;
      await page.goto(address);
      assert.equal((await claimSaid(page)).tone, "good");
      await ready(page);
      await context.setOffline(true);
      await page.reload();
      assert.equal(await heading(page), OFFLINE[lang]);
      assert.equal(page.url(), address);
      const { tone, title } = await claimSaid(page);
      // The seal holds, and that is no word about the status.
      assert.deepEqual([tone, title], ["open", lang === "id" ? "Segel kode QR asli" : "The seal of the QR code is genuine"]);
      assert.equal(await page.locator("main .banner.good").count(), 0);
      const text = await page.locator("#claim").innerText();
      assert.ok(text.includes(lang === "id" ? "Yang terakhir terlihat di perangkat ini: Tercatat dan berlaku" : "Last seen on this device: Recorded and in force"), text);
      assert.ok(text.includes(lang === "id" ? "yang dipakai diambil pada" : "those in use were fetched on"), text);
      await fits(page);
      await noViolations(page);
    });
  });
}

test("the page for no network, opened with one, claims no more than it knows", async () => {
  await withPage(OPTIONS, async (page) => {
    await page.goto(`${site}/luring?lang=en`);
    assert.equal(await heading(page), OFFLINE.en);
    assert.equal((await page.locator("main > .banner").innerText()).includes("not connected"), false);
    await noViolations(page);
  });
});

test("a page that was never seen, and a claim that is not its own", async () => {
  await withPage(OPTIONS, async (page, context) => {
    await page.goto(`${site}/periksa?lang=en`);
    await ready(page);
    await context.setOffline(true);
    await page.goto(`${site}/V/${ids.other}?lang=en`);
    assert.equal(await heading(page), OFFLINE.en);
    await page.locator("#claim dd").waitFor();
    const text = await page.locator("#claim").innerText();
    assert.ok(text.includes("has never been seen on this device"), text);
    assert.ok(text.includes(ids.other.match(/.{4}/g).join("-")), text);
    await page.goto("about:blank");
    await page.goto(`${site}/V/${UNKNOWN}?lang=en#${claimOf(ids.other)}`);
    assert.equal((await claimSaid(page)).tone, "bad");
    await page.goto("about:blank");
    await page.goto(`${site}/V/${ids.other}?lang=en#${claimOf(ids.other)}`);
    assert.equal((await claimSaid(page)).tone, "open");
    assert.equal(await page.locator("main .banner.good").count(), 0);
  });
});

test("what was seen last is shown as seen last, also when it was bad", async () => {
  await withPage(OPTIONS, async (page, context) => {
    await page.goto(`${site}/V/${ids.revoked}?lang=en`, { waitUntil: "networkidle" });
    await ready(page);
    await context.setOffline(true);
    await page.reload();
    await page.locator("#claim dd").waitFor();
    assert.ok((await page.locator("#claim").innerText()).includes("Last seen on this device: Revoked"));
  });
});

test("files, codes and links on the page for checking", async () => {
  await withPage(OPTIONS, async (page, context) => {
    await page.goto(`${site}/periksa?lang=en`);
    await ready(page);
    // The reader of photographs is kept once it was used.
    await page.locator("#drop-hint").waitFor();
    await page.locator("#photo").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: photo(ids.other) });
    await verdicts(page);
    await context.setOffline(true);
    for (const path of ["/periksa?lang=en", "/?lang=en"]) {
      await page.goto(site + path);
      assert.equal(await heading(page), "Check a document");
      await page.locator("#drop-hint").waitFor();
      await page.locator("#file").setInputFiles(pdf(ids["in-force"]));
      const [verdict] = await verdicts(page);
      const { overall, lines } = gist(verdict);
      assert.equal(overall, "INDETERMINATE");
      assert.equal(lines.status, "unknown status.unreachable");
      assert.ok(lines.integrity.startsWith("yes ") || lines.integrity.startsWith("unknown "));
      assert.ok(lines.issuer.startsWith("yes "));
      assert.ok((await page.locator("#result").innerText()).includes("those in use were fetched on"));
    }
    await page.locator("#photo").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: photo(ids["in-force"]) });
    await page.locator("#result .code a").waitFor();
    await page.locator("#code").fill(linkOf(ids.other));
    await page.locator("#code").press("Enter");
    await page.locator("#result dd", { hasText: ids.other.slice(0, 4) }).waitFor();
    await page.locator("#code").fill(ids.other);
    await page.locator("#code").press("Enter");
    await page.waitForURL(`${site}/V/${ids.other}?lang=en`);
    assert.equal(await heading(page), OFFLINE.en);
  });
});

test("with the network back, the answer is the server's again", async () => {
  await withPage(OPTIONS, async (page, context) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en`);
    await ready(page);
    await context.setOffline(true);
    await page.reload();
    assert.equal(await heading(page), OFFLINE.en);
    await context.setOffline(false);
    await page.reload();
    assert.equal(await heading(page), "Recorded and in force");
    // The worker leaves it to the browser to follow where the server leads.
    await page.goto(`${site}/v/${ids.revoked.toLowerCase()}?lang=en`);
    assert.equal(page.url(), `${site}/V/${ids.revoked}?lang=en`);
    assert.equal(await heading(page), "Revoked");
  });
});

test("a network that comes back while the page is shown makes nothing look good", async () => {
  await withPage(OPTIONS, async (page, context) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en#${claimOf(ids["in-force"])}`);
    await ready(page);
    await page.route("**/V/*.json", (route) => route.fulfill({
      json: { format: "pk-record/1", id: ids["in-force"], state: "in-force", digest: "00".repeat(32), files: [] },
    }));
    await context.setOffline(true);
    await page.reload();
    // The register is reached, and has another content on record.
    assert.equal((await claimSaid(page)).tone, "bad");
    await page.unroute("**/V/*.json");
    assert.equal(await page.locator("main .banner.good").count(), 0);
  });
});

test("the language is that of the reader where the address names none", async () => {
  for (const [locale, heading_] of [["id-ID", OFFLINE.id], ["en-GB", OFFLINE.en], ["fr-FR", OFFLINE.id]]) {
    await withPage({ ...OPTIONS, locale }, async (page, context) => {
      await page.goto(`${site}/periksa`);
      await ready(page);
      await context.setOffline(true);
      await page.goto(`${site}/V/${ids.other}`);
      assert.equal(await heading(page), heading_, locale);
    });
  }
});

test("fifty records are kept, and no more; old shells go", async () => {
  await withPage(OPTIONS, async (page) => {
    await page.goto(`${site}/periksa?lang=en`);
    await page.evaluate(async () => {
      await caches.open("pk-shell / 0000000000000000");
      await caches.open("pk-shell /lain/ 0000000000000000");
      const records = await caches.open("pk-records /");
      for (let i = 0; i < 60; i += 1) await records.put(`/V/${i}.json`, new Response("{}"));
    });
    await page.goto(`${site}/V/${ids.other}?lang=en`, { waitUntil: "networkidle" });
    await ready(page);
    const { records, last } = await page.evaluate(async () => {
      const kept = await (await caches.open("pk-records /")).keys();
      return { records: kept.length, last: kept.at(-1).url };
    });
    assert.deepEqual([records, last], [50, `${site}/V/${ids.other}.json`]);
    // A worker that is new begins by tidying up after the one before.
    await page.evaluate(async () => {
      for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
    });
    await page.reload();
    await ready(page);
    const names = await page.evaluate(() => caches.keys());
    assert.equal(names.includes("pk-shell / 0000000000000000"), false);
    assert.equal(names.includes("pk-shell /lain/ 0000000000000000"), true);
  });
});
