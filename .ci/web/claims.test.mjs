// The claim behind `#`: what holds is said, and what does not hold takes the good headline away.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  HOST, MISSING, UNKNOWN, assets, claimOf, claimSaid, elsewhere, fits, foreignId, heading, ids, linkOf, noViolations,
  photo, site, withPage,
} from "./site.mjs";
import { readLevels } from "./photo.mjs";

const own = claimOf(ids["in-force"]);
const other = claimOf(ids.other);
const foreign = claimOf(foreignId, elsewhere);
// Another letter of the same alphabet, so that it is the content that is wrong.
const flipped = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

for (const language of ["id", "en"]) {
  test(`a genuine claim holds, ${language}`, async () => {
    await withPage({}, async (page) => {
      await page.goto(`${site}/V/${ids["in-force"]}?lang=${language}#${own}`);
      const { tone, title } = await claimSaid(page);
      assert.equal(tone, "good");
      assert.equal(title, language === "id" ? "Segel kode QR asli" : "The seal of the QR code is genuine");
      assert.equal(await page.locator("main > .banner").getAttribute("class"), "banner good");
      const budgets = await page.locator("dd", { hasText: /^Rp / }).allInnerTexts();
      assert.equal(budgets.length, 2);
      assert.equal(budgets[0], budgets[1]);
      // This is not the address that is printed.
      assert.ok((await page.locator("#claim").innerText()).includes(HOST));
      await fits(page);
      await noViolations(page);
    });
  });
}

// A claim has capital letters only: nothing is lost when a program made them small.
test("a claim in small letters is the same claim", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en#${own.toLowerCase()}`);
    assert.equal((await claimSaid(page)).tone, "good");
    assert.equal(await page.locator("main > .banner").getAttribute("class"), "banner good");
  });
});

const WRONG = {
  "of another document": [other, "state.mismatch"],
  "of another institution": [foreign, "state.mismatch"],
  "with another signature": [flipped(own, own.length - 20), "state.mismatch"],
  "with another content": [flipped(own, 60), undefined],
  "cut off": [own.slice(0, own.length / 2), "state.cut-off"],
  "that lost its last letter": [own.slice(0, -1), "state.cut-off"],
  "that is much too long": [own + "A".repeat(3000), "state.cut-off"],
  "that is no claim": ["halo", "state.cut-off"],
  "of strange letters": ["%3Cimg%20src=x%20onerror=alert(1)%3E", "state.cut-off"],
};
const HEADLINES = {
  "state.mismatch": "The QR code does not match this document",
  "state.cut-off": "The QR code is damaged or cut off",
};

for (const [what, [claim, headline]] of Object.entries(WRONG)) {
  test(`a claim ${what} takes the good headline away`, async () => {
    await withPage({}, async (page) => {
      await page.goto(`${site}/V/${ids["in-force"]}?lang=en#${claim}`);
      assert.equal((await claimSaid(page)).tone, "bad");
      assert.equal(await page.locator("main > .banner").getAttribute("class"), "banner bad");
      const said = await heading(page);
      if (headline) assert.equal(said, HEADLINES[headline]);
      assert.ok((await page.title()).startsWith(said));
      assert.equal(await page.locator("main .banner.good").count(), 0);
      assert.equal(await page.locator("#lines .mark").first().getAttribute("class"), "mark bad");
      await fits(page);
      await noViolations(page);
    });
  });
}

test("another claim on the page that is open is judged anew", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en#${other}`);
    assert.equal((await claimSaid(page)).tone, "bad");
    await page.evaluate((claim) => { location.hash = claim; }, own);
    await page.locator("#claim .banner.good").waitFor();
    assert.equal(await heading(page), "Recorded and in force");
  });
});

for (const [state, said] of [["revoked", "Revoked"], ["superseded", "Superseded"], ["waiting", "Waiting for signatures"]]) {
  test(`a genuine claim is no good news where the document is ${state}`, async () => {
    await withPage({}, async (page) => {
      await page.goto(`${site}/V/${ids[state]}?lang=en#${claimOf(ids[state])}`);
      assert.equal((await claimSaid(page)).tone, "open");
      assert.equal(await heading(page), said);
      assert.equal(await page.locator("main .banner.good").count(), 0);
    });
  });
}

test("a claim that does not hold is said before a headline that is not good either", async () => {
  for (const [state, said] of [["superseded", "Superseded"], ["waiting", "Waiting for signatures"], ["revoked", "Revoked"]]) {
    await withPage({}, async (page) => {
      await page.goto(`${site}/V/${ids[state]}?lang=en#${own}`);
      assert.equal((await claimSaid(page)).tone, "bad");
      assert.equal(await page.locator("main > :first-child").getAttribute("id"), "claim");
      assert.equal(await heading(page), said);
      await noViolations(page);
    });
  }
});

test("of a document that is shown as status only, the claim says what is sealed", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/V/${ids.status}?lang=en#${claimOf(ids.status)}`);
    assert.equal((await claimSaid(page)).tone, "good");
    assert.equal(await page.locator("#claim dd", { hasText: /^Rp / }).count(), 1);
    assert.equal(await page.locator("dd", { hasText: /^Rp / }).count(), 1);
  });
});

test("a claim moved to an id that nobody knows does not hold", async () => {
  await withPage({ expected: [MISSING] }, async (page) => {
    await page.goto(`${site}/V/${UNKNOWN}?lang=en#${own}`);
    assert.equal((await claimSaid(page)).tone, "bad");
    assert.equal(await heading(page), "Unknown document");
  });
});

test("without a claim nothing is said, and nothing heavy is loaded", async () => {
  await withPage({}, async (page) => {
    const loaded = [];
    page.on("request", (request) => loaded.push(request.url()));
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en`, { waitUntil: "networkidle" });
    assert.equal(await page.locator("#claim").innerText(), "");
    assert.deepEqual(loaded.filter((url) => url.endsWith(".wasm")), []);
  });
});

test("where the verifier cannot be loaded, that is said", async () => {
  await withPage({ expected: ["net::ERR_FAILED"] }, async (page) => {
    await page.route("**/verifier.wasm", (route) => route.abort());
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en#${own}`);
    const { tone, title } = await claimSaid(page);
    assert.deepEqual([tone, title], ["open", "The seal of the QR code could not be checked"]);
  });
  for (const script of ["claim.js", "words-en.json", "verifier.js"]) {
    await withPage({ expected: ["net::ERR_FAILED"] }, async (page) => {
      await page.route(`**/${script}`, (route) => route.abort());
      await page.goto(`${site}/V/${ids["in-force"]}?lang=en#${own}`);
      await page.waitForFunction(() => document.getElementById("claim").textContent.includes("Nothing can be said"));
    });
  }
});

test("figures in the register that differ from the sealed ones are bad", async () => {
  await withPage({}, async (page) => {
    await page.route("**/V/*.json", async (route) => {
      const answer = await route.fetch();
      const record = await answer.json();
      record.fields.budget += 1;
      await route.fulfill({ response: answer, json: record });
    });
    await page.goto(`${site}/V/${ids["in-force"]}?lang=en#${own}`);
    const { tone, text } = await claimSaid(page);
    assert.equal(tone, "bad");
    assert.match(text, /Total budget: by the seal Rp [\d.]+, by the institution's register Rp [\d.]+/);
    assert.equal(await page.locator("main .banner.good").count(), 0);
  });
});

test("at the printed address nothing is remarked, with nothing kept on the device", async () => {
  const origin = site.replace("127.0.0.1", HOST);
  await withPage({ origin, expected: ["Cross-Origin-Opener-Policy"] }, async (page) => {
    await page.goto(`${origin}/V/${ids["in-force"]}?lang=en#${own}`);
    assert.equal((await claimSaid(page)).tone, "good");
    assert.equal((await page.locator("#claim").innerText()).includes("was opened at"), false);
  });
});

test("a printed page, scanned: the code is read, its link opened, and the claim holds", async () => {
  const compiled = new WebAssembly.Module(readFileSync(join(assets, "photo.wasm")));
  for (const state of ["in-force", "pledge", "waiting"]) {
    await withPage({}, async (page) => {
      await page.goto("about:blank");
      const { levels, width, height } = await page.evaluate(async (url) => {
        const picture = await createImageBitmap(await (await fetch(url)).blob());
        const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
        context.drawImage(picture, 0, 0);
        const { data } = context.getImageData(0, 0, picture.width, picture.height);
        const levels = Array.from({ length: picture.width * picture.height }, (_, dot) => data[4 * dot]);
        return { levels, width: picture.width, height: picture.height };
      }, `data:image/png;base64,${photo(ids[state], 110).toString("base64")}`);
      const texts = await readLevels(compiled, Uint8Array.from(levels), width, height);
      assert.deepEqual(texts, [linkOf(ids[state])]);
      await page.goto(texts[0].replace(`https://${HOST}`, site));
      assert.equal((await claimSaid(page)).tone, state === "waiting" ? "open" : "good");
    });
  }
});
