// The site as files, behind a plain file server, at the root of a host and in a folder of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  MISSING, NO_NETWORK, claimOf, claimSaid, command, elsewhere, fits, foreignId, gist, heading, ids, noViolations, pdf,
  photo, ready, verdicts, withPage,
} from "./site.mjs";

const SITES = { "at the root": process.env.PK_WEB_STATIC, "in a folder": process.env.PK_WEB_STATIC_FOLDER };

for (const [where, origin] of Object.entries(SITES)) {
  const goto = (page, path, options) => page.goto(`${origin}/${path}`, options);

  test(`pages and claims, ${where}`, async () => {
    for (const [file, said] of [["", "Tercatat dan berlaku"], ["en.html", "Recorded and in force"]]) {
      await withPage({ origin }, async (page) => {
        await goto(page, `V/${ids["in-force"]}/${file}#${claimOf(ids["in-force"])}`);
        assert.equal(await heading(page), said);
        assert.equal((await claimSaid(page)).tone, "good");
        await fits(page);
        await noViolations(page);
      });
      await withPage({ origin }, async (page) => {
        await goto(page, `V/${ids["in-force"]}/${file}#${claimOf(ids.other)}`);
        assert.equal((await claimSaid(page)).tone, "bad");
        assert.equal(await page.locator("main .banner.good").count(), 0);
      });
    }
  });

  test(`how old the answer is, ${where}`, async () => {
    for (const [file, said, old] of [["", "Keadaan register instansi per", "seminggu"], ["en.html", "stood at", "a week"]]) {
      const path = `V/${ids["in-force"]}/${file}`;
      await withPage({ origin }, async (page) => {
        await goto(page, path);
        await page.locator("#as-of", { hasText: said }).waitFor();
        assert.equal(await page.locator("#as-of a").count(), 0);
        assert.ok(!(await page.locator("#as-of").textContent()).includes(old));
      });
      await withPage({ origin }, async (page) => {
        const body = '{"format":"pk-published/1","published":"2026-01-05T00:00:00Z"}';
        await page.route("**/published.json", (route) => route.fulfill({ body }));
        await goto(page, path);
        await page.locator("#as-of", { hasText: old }).waitFor();
      });
      // Without a script, or where nobody knows, the page says where it stands.
      await withPage({ origin, javaScriptEnabled: false }, async (page) => {
        await goto(page, path);
        assert.equal(await page.locator("#as-of a").evaluate((a) => a.href), `${origin}/published.json`);
      });
    }
  });

  test(`an address without its last slash keeps the claim, ${where}`, async () => {
    await withPage({ origin }, async (page) => {
      await goto(page, `V/${ids["in-force"]}#${claimOf(ids["in-force"])}`);
      assert.equal((await claimSaid(page)).tone, "good");
    });
  });

  test(`the other language, and back, ${where}`, async () => {
    await withPage({ origin }, async (page) => {
      const claim = claimOf(ids["in-force"]);
      await goto(page, `V/${ids["in-force"]}/#${claim}`);
      await claimSaid(page);
      await page.locator(".top a[hreflang=en]").click();
      await page.waitForURL(`${origin}/V/${ids["in-force"]}/en.html#${claim}`);
      assert.equal((await claimSaid(page)).title, "The seal of the QR code is genuine");
      await page.locator(".top a[hreflang=id]").click();
      await page.waitForURL(`${origin}/V/${ids["in-force"]}/#${claim}`);
    });
  });

  test(`files, photographs and codes, ${where}`, async () => {
    for (const path of ["", "periksa/en.html"]) {
      await withPage({ origin }, async (page) => {
        await goto(page, path);
        await page.locator("#drop-hint").waitFor();
        await page.locator("#file").setInputFiles(pdf(ids.revoked));
        const [verdict] = await verdicts(page);
        assert.deepEqual(gist(verdict), gist(command(pdf(ids.revoked))));
        await page.locator("#photo").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: photo(ids["in-force"]) });
        await page.locator("#result a", { hasText: ids["in-force"].slice(0, 4) }).waitFor();
        await noViolations(page);
        await page.locator("#code").fill(ids.waiting.toLowerCase());
        await page.locator("#code").press("Enter");
        await page.waitForURL(`${origin}/V/${ids.waiting}/${path ? "en.html" : ""}`);
        assert.equal(await heading(page), path ? "Waiting for signatures" : "Menunggu tanda tangan");
      });
    }
  });

  test(`a document that is not on the site, ${where}`, async () => {
    await withPage({ origin, expected: [MISSING] }, async (page) => {
      await goto(page, "periksa/en.html");
      await page.locator("#drop-hint").waitFor();
      await page.locator("#file").setInputFiles(pdf(foreignId, elsewhere));
      const [verdict] = await verdicts(page);
      assert.deepEqual(gist(verdict), gist(command(pdf(foreignId, elsewhere))));
    });
  });

  test(`the page for lost addresses calls no document unknown, ${where}`, async () => {
    // Genuine papers lead there whose code was typed in small letters.
    // It has no icon: it does not know where it is.
    await withPage({ origin, javaScriptEnabled: false, expected: [MISSING] }, async (page) => {
      await goto(page, "404.html");
      assert.equal(await heading(page), "Halaman tidak ada");
      const text = await page.locator("main").innerText();
      assert.ok(text.includes("Open cek.contoh.example and type the code"), text);
      await fits(page);
    });
  });

  test(`without scripts the forms are not there, and why, ${where}`, async () => {
    await withPage({ origin, javaScriptEnabled: false }, async (page) => {
      await goto(page, "periksa/en.html");
      assert.equal(await page.locator("form:visible").count(), 0);
      assert.ok((await page.locator("main").innerText()).includes("This browser runs no scripts"));
    });
  });

  test(`without a network, ${where}`, async () => {
    await withPage({ origin, blockWorker: false, expected: [NO_NETWORK] }, async (page, context) => {
      await goto(page, `V/${ids["in-force"]}/en.html#${claimOf(ids["in-force"])}`);
      await claimSaid(page);
      await ready(page);
      await context.setOffline(true);
      await page.reload();
      assert.equal(await heading(page), "Status cannot be checked");
      assert.deepEqual(await claimSaid(page).then(({ tone, title }) => [tone, title]), ["open", "The seal of the QR code is genuine"]);
      assert.ok((await page.locator("#claim").innerText()).includes("Last seen on this device: Recorded and in force"));
      await page.locator(".actions a").click();
      await page.waitForURL(`${origin}/periksa/en.html`);
      await page.locator("#drop-hint").waitFor();
      await page.locator("#file").setInputFiles(pdf(ids["in-force"]));
      const [verdict] = await verdicts(page);
      assert.equal(verdict.lines.status.code, "status.unreachable");
    });
  });
}
