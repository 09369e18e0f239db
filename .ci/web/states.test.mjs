// Every page in both languages, with and without scripts, on a telephone and on a desk.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MISSING, UNKNOWN, claimOf, claimSaid, fits, heading, ids, noViolations, site, withPage,
} from "./site.mjs";

const HEADINGS = {
  "in-force": ["Tercatat dan berlaku", "Recorded and in force", 200, "good"],
  pledge: ["Tercatat dan berlaku", "Recorded and in force", 200, "good"],
  status: ["Tercatat dan berlaku", "Recorded and in force", 200, "good"],
  revoked: ["Dicabut", "Revoked", 200, "bad"],
  superseded: ["Digantikan", "Superseded", 200, "moved"],
  waiting: ["Menunggu tanda tangan", "Waiting for signatures", 200, "open"],
  unknown: ["Tidak dikenal", "Unknown document", 404, "bad"],
  malformed: ["Kode tidak lengkap", "The code is not complete", 404, "open"],
  check: ["Periksa keaslian dokumen", "Check a document", 200, undefined],
  missing: ["Halaman tidak ada", "No such page", 404, "open"],
};
const PATHS = { unknown: `/V/${UNKNOWN}`, malformed: "/V/MI64", check: "/periksa", missing: "/lain" };
const WINDOWS = { telephone: { width: 320, height: 640 }, desk: { width: 1280, height: 800 } };

for (const [state, headings] of Object.entries(HEADINGS)) {
  for (const [at, language] of ["id", "en"].entries()) {
    for (const [size, viewport] of Object.entries(WINDOWS)) {
      for (const javaScriptEnabled of [true, false]) {
        test(`${state}, ${language}, ${size}, ${javaScriptEnabled ? "with" : "without"} scripts`, async () => {
          const options = { viewport, javaScriptEnabled, expected: [MISSING] };
          await withPage(options, async (page) => {
            const path = PATHS[state] ?? `/V/${ids[state]}`;
            const answer = await page.goto(`${site}${path}?lang=${language}`);
            assert.equal(answer.status(), headings[2]);
            assert.equal(await heading(page), headings[at]);
            assert.equal(await page.locator("html").getAttribute("lang"), language);
            const banner = page.locator("main > .banner");
            assert.equal(await banner.count(), headings[3] ? 1 : 0);
            if (headings[3]) assert.equal(await banner.getAttribute("class"), `banner ${headings[3]}`);
            await fits(page);
            if (javaScriptEnabled) await noViolations(page);
          });
        });
      }
    }
  }
}

test("times are those of the office, those of the reader beside them, and the other language keeps the claim", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=id#content`);
    const time = page.locator("time").first();
    await page.waitForFunction(() => document.querySelector("time")?.title);
    assert.match(await time.innerText(), /WIB$/);
    assert.match(await time.getAttribute("title"), /\d/);
    await page.locator(".top a[hreflang=en]").click();
    await page.waitForURL(`**/V/${ids["in-force"]}?lang=en#content`);
    assert.equal(await heading(page), "Recorded and in force");
  });
});

test("nothing is lost at 200 % text, in the dark, and on paper", async () => {
  for (const [colorScheme, width] of [["light", 320], ["dark", 390]]) {
    await withPage({ colorScheme, viewport: { width, height: 800 } }, async (page) => {
      const claim = claimOf(ids["in-force"]);
      for (const path of [
        "/periksa", "/periksa?lang=en", `/V/${ids["in-force"]}#${claim}`, `/V/${ids.superseded}`, `/V/${ids.other}#${claim}`,
        `/V/${ids["in-force"]}?lang=en#${claim.slice(9)}`,
      ]) {
        await page.goto(site + path);
        if (path.includes("#")) await claimSaid(page);
        await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
        await fits(page);
        await noViolations(page);
      }
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator(".top nav").isVisible(), false);
      assert.equal(await page.locator("main > .banner").isVisible(), true);
    });
  }
});

test("the reader checks the original on this device", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en`);
    await page.locator("#check-original").click();
    const box = page.locator("#original-result .banner");
    await box.waitFor();
    assert.equal(await box.innerText(), "VALID");
    assert.equal(await heading(page), "Recorded and in force");
    await noViolations(page);
  });
});

test("an original that does not hold takes the good headline away", async () => {
  await withPage({}, async (page) => {
    await page.route("**/*.pdf", async (route) => {
      const answer = await route.fetch();
      const bytes = await answer.body();
      bytes[3000] ^= 1;
      await route.fulfill({ response: answer, body: bytes });
    });
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en`);
    await page.locator("#check-original").click();
    await page.locator("#original-result .banner.bad").waitFor();
    assert.equal(await heading(page), "The original failed the check");
    assert.equal(await page.locator("main .banner.good").count(), 0);
  });
});
