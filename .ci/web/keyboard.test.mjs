// Everything can be reached and done with the keyboard alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { heading, ids, site, withPage } from "./site.mjs";

// Presses Tab until the focus is back where it began, and says what it passed.
async function passed(page) {
  const found = [];
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const all = [...document.querySelectorAll("a[href], button, input, summary")];
      return all.indexOf(document.activeElement);
    });
    if (at < 0 || found.includes(at)) break;
    found.push(at);
  }
  return found;
}

const reachable = (page) => page.evaluate(() => [...document.querySelectorAll("a[href], button, input, summary")]
  .map((element, at) => (element.checkVisibility() ? at : -1)).filter((at) => at >= 0));

test("Tab passes everything, in the order of the page", async () => {
  for (const path of ["/periksa?lang=en", `/V/${ids["in-force"]}?lang=en`, `/V/${ids.superseded}?lang=en`]) {
    await withPage({ viewport: { width: 1280, height: 800 } }, async (page) => {
      await page.goto(site + path, { waitUntil: "networkidle" });
      const order = await passed(page);
      assert.deepEqual(order, await reachable(page), path);
      assert.ok(order.length > 5);
    });
  }
});

test("the skip link leads to the content and leaves the claim where it is", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en#halo`);
    await page.locator("#claim .banner").waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "content");
    assert.ok(page.url().endsWith("#halo"));
  });
  await withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${site}/periksa?lang=en`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**#content");
  });
});

test("Enter finds a document, with scripts and without", async () => {
  for (const javaScriptEnabled of [true, false]) {
    await withPage({ javaScriptEnabled }, async (page) => {
      await page.goto(`${site}/periksa?lang=en`, { waitUntil: "networkidle" });
      await page.locator("#code").focus();
      await page.keyboard.type(ids.waiting.toLowerCase());
      await page.keyboard.press("Enter");
      await page.waitForURL(`**/V/${ids.waiting}*`);
      assert.equal(await page.locator("main > .banner.open").count(), 1);
    });
  }
});

test("the original is checked, and its checks are opened, with Enter", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en`, { waitUntil: "networkidle" });
    await page.locator("#check-original").focus();
    await page.keyboard.press("Enter");
    const summary = page.locator("#original-result summary");
    await summary.waitFor();
    await summary.focus();
    await page.keyboard.press("Enter");
    await page.locator("#original-result table").waitFor({ state: "visible" });
    assert.equal(await heading(page), "Recorded and in force");
  });
});
