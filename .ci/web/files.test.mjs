// Checking files, photographs, codes and links on the reader's device.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  MISSING, command, elsewhere, fits, foreignId, gist, heading, ids, linkOf, noViolations, pdf, photo, site, verdicts,
  withPage,
} from "./site.mjs";

const scratch = mkdtempSync(join(tmpdir(), "pk-files-"));
after(() => rmSync(scratch, { recursive: true }));

const write = (name, bytes) => {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
};

const good = readFileSync(pdf(ids["in-force"]));
const altered = Buffer.from(good);
altered[3000] ^= 1;
const vectors = new URL("../../crates/trust/tests/vectors/foreign/", import.meta.url).pathname;
// Some of them: all go through same_verdict.mjs.
const foreign = ["b-lta-two.pdf", "content-added.pdf", "pades-ed25519.pdf", "certified-1-updated.pdf"];

const FILES = {
  "in force": pdf(ids["in-force"]),
  revoked: pdf(ids.revoked),
  superseded: pdf(ids.superseded),
  "waiting for signatures": pdf(ids.waiting),
  "of an earlier revision": join(pdf(ids["in-force"]), "../0.pdf"),
  altered: write("altered.pdf", altered),
  "cut off": write("cut.pdf", good.subarray(0, good.length - 700)),
  "without its beginning": write("headless.pdf", good.subarray(20)),
  "no more than a beginning": write("short.pdf", "%PDF-1.7\n"),
  "of another institution": pdf(foreignId, elsewhere),
  ...Object.fromEntries(foreign.map((name) => [`of another program (${name})`, join(vectors, name)])),
};

for (const [what, file] of Object.entries(FILES)) {
  test(`a file ${what} gets the verdict of the command`, async () => {
    await withPage({ expected: [MISSING] }, async (page) => {
      const sent = [];
      page.on("request", (request) => { if (request.method() !== "GET") sent.push(request.url()); });
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
      assert.equal(await page.locator("#upload-note").innerText(), "The file stays on this device and is sent nowhere.");
      await page.locator("#file").setInputFiles(file);
      const [verdict] = await verdicts(page);
      const expected = command(file);
      assert.deepEqual(gist(verdict), gist(expected));
      assert.equal(verdict.sha256, expected.sha256);
      const words = { "TOTAL-PASSED": "VALID", "TOTAL-FAILED": "NOT VALID", INDETERMINATE: "NOT CERTAIN" };
      assert.equal(await page.locator("#result .banner h2").innerText(), words[expected.overall]);
      assert.equal(await page.locator("#result ul.lines > li").count(), 4);
      await page.locator("#result details").evaluate((details) => { details.open = true; });
      const codes = await page.locator("#result td code").allInnerTexts();
      const findings = [...verdict.findings, ...verdict.signatures.flatMap((signature) => signature.findings)];
      assert.deepEqual(codes, findings.map((finding) => finding.code));
      assert.deepEqual(sent, []);
      await fits(page);
    });
  });
}

test("the answer has the focus, and no barriers", async () => {
  for (const file of [FILES["in force"], FILES.altered, FILES["waiting for signatures"]]) {
    for (const lang of ["id", "en"]) {
      await withPage({ viewport: { width: 320, height: 640 } }, async (page) => {
        await page.goto(`${site}/periksa?lang=${lang}`);
        await page.locator("#drop-hint").waitFor();
        await page.locator("#file").setInputFiles(file);
        await page.locator("#result a[download]").waitFor();
        assert.equal(await page.evaluate(() => document.activeElement.id), "result");
        await page.locator("#result details").evaluate((details) => { details.open = true; });
        await fits(page);
        await noViolations(page);
      });
    }
  }
});

test("a dropped file is checked, and the page stays", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    const data = await page.evaluateHandle((text) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], "surat.pdf", { type: "application/pdf" }));
      return transfer;
    }, good.toString("base64"));
    await page.dispatchEvent("#drop", "drop", { dataTransfer: data });
    const [verdict] = await verdicts(page);
    assert.equal(verdict.overall, "TOTAL-PASSED");
    assert.equal(verdict.file, "surat.pdf");
  });
});

const said = async (page) => {
  await page.locator("#result .banner").waitFor();
  return page.locator("#result .banner").innerText();
};

test("what cannot be read is said", async () => {
  const files = {
    "neither a PDF": write("teks.txt", "halo"),
    "no readable QR code": write("kosong.png", Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64",
    )),
    "larger than 100 MB": write("besar.pdf", "%PDF-1.7\n"),
  };
  truncateSync(files["larger than 100 MB"], 100_000_001);
  for (const [text, file] of Object.entries(files)) {
    await withPage({}, async (page) => {
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
      await page.locator("#file").setInputFiles(file);
      assert.ok((await said(page)).includes(text), text);
    });
  }
  await withPage({}, async (page) => {
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    await page.locator("#check-file button").click();
    assert.ok((await said(page)).includes("No file was chosen"));
  });
});

test("a photo is read here, and only then its reader is loaded", async () => {
  for (const input of ["#photo", "#file"]) {
    await withPage({}, async (page) => {
      const loaded = [];
      page.on("request", (request) => loaded.push(new URL(request.url()).pathname.split("/").at(-1)));
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
      assert.equal(loaded.includes("photo.wasm"), false);
      await page.locator(input).setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: photo(ids["in-force"]) });
      const [verdict] = await verdicts(page);
      assert.equal(verdict.document.id, ids["in-force"]);
      assert.equal(verdict.lines.issuer.outcome, "yes");
      assert.equal(verdict.lines.status.code, "status.complete");
      assert.equal(loaded.includes("photo.wasm"), true);
      const href = await page.locator("#result a", { hasText: "Open the page" }).getAttribute("href");
      assert.equal(href, `${site}/V/${ids["in-force"]}?lang=en#${linkOf(ids["in-force"]).split("#")[1]}`);
    });
  }
});

test("several codes of one picture have an answer each", async () => {
  await withPage({}, async (page) => {
    await page.goto("about:blank");
    const urls = ["in-force", "revoked"].map((state) => `data:image/png;base64,${photo(ids[state], 100).toString("base64")}`);
    const both = await page.evaluate(async (urls) => {
      const pictures = await Promise.all(urls.map(async (url) => createImageBitmap(await (await fetch(url)).blob())));
      const canvas = new OffscreenCanvas(pictures[0].width * 2, pictures[0].height);
      const context = canvas.getContext("2d");
      pictures.forEach((picture, at) => context.drawImage(picture, at * picture.width, 0));
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
      return Array.from(bytes);
    }, urls);
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    await page.locator("#photo").setInputFiles({ name: "dua.jpg", mimeType: "image/jpeg", buffer: Buffer.from(both) });
    const found = await verdicts(page);
    const standing = Object.fromEntries(found.map((verdict) => [verdict.document.id, verdict.lines.status.code]));
    assert.deepEqual(standing, { [ids["in-force"]]: "status.complete", [ids.revoked]: "status.revoked" });
    await noViolations(page);
  });
});

const type = async (page, text) => {
  await page.goto(`${site}/periksa?lang=en`);
  await page.locator("#drop-hint").waitFor();
  await page.locator("#code").fill(text);
  await page.locator("#code").press("Enter");
};

test("a typed code leads to the page of its document, however it is spelled", async () => {
  const id = ids.revoked;
  const groups = id.match(/.{4}/g);
  for (const text of [
    id, groups.join("-"), ` ${groups.join(" ").toLowerCase()} `,
    id.replaceAll("O", "0").replaceAll("I", "1").replaceAll("B", "8"), `https://cek.contoh.example/V/${id}`,
  ]) {
    await withPage({}, async (page) => {
      await type(page, text);
      await page.waitForURL(`${site}/V/${id}?lang=en`);
      assert.equal(await heading(page), "Revoked");
    });
  }
  for (const text of ["MI64-IHBK", "MI64-IHBK-PWPE-TJ59", "halo", "https://lain.example/"]) {
    await withPage({}, async (page) => {
      await type(page, text);
      assert.ok((await said(page)).includes("That is not a document code"), text);
    });
  }
});

test("a pasted link is checked here", async () => {
  const link = linkOf(ids["in-force"]);
  for (const [text, overall, issuer] of [
    [link, "INDETERMINATE", "seal.trusted"],
    [link.replace("cek.contoh", "cek.lain"), "TOTAL-FAILED", "claim.signature"],
    [link.slice(0, -1), "TOTAL-FAILED", "claim.malformed"],
    [linkOf(foreignId, elsewhere), "INDETERMINATE", "claim.unknown-seal"],
    [link.split("#")[0].replace("cek.contoh", "cek.lain"), "INDETERMINATE", "claim.missing-in-link"],
  ]) {
    await withPage({ expected: [MISSING] }, async (page) => {
      await type(page, text);
      const [verdict] = await verdicts(page);
      assert.deepEqual([verdict.overall, verdict.lines.issuer.code], [overall, issuer], text);
      const foreign = verdict.findings.some((finding) => finding.code === "qr.foreign-host");
      assert.equal(foreign, text.includes("cek.lain"));
    });
  }
});

test("without WebAssembly the forms are what they are without scripts, and that is said", async () => {
  await withPage({}, async (page) => {
    await page.addInitScript(() => { delete globalThis.WebAssembly; });
    await page.goto(`${site}/periksa?lang=en`);
    assert.ok((await said(page)).includes("sent to this server"));
    assert.ok((await page.locator("#upload-note").innerText()).includes("is sent to this server"));
    assert.equal(await page.locator("#check-photo").isVisible(), false);
    await page.locator("#file").setInputFiles(FILES["in force"]);
    await page.locator("#check-file button").click();
    await page.locator("main > .banner.good").waitFor();
    assert.equal(await heading(page), "VALID");
    await page.goto(`${site}/periksa?lang=en`);
    await said(page);
    await page.locator("#code").fill(linkOf(ids["in-force"]));
    await page.locator("#code").press("Enter");
    await page.waitForURL(`**/V/${ids["in-force"]}?lang=en#*`);
    await page.locator("#claim .banner.open").waitFor();
  });
});

test("a module that is broken sends nothing by itself, but the reader may", async () => {
  await withPage({}, async (page) => {
    // A module with nothing in it.
    await page.route("**/verifier.wasm", (route) => route.fulfill({ body: Buffer.from("0061736d01000000", "hex") }));
    const sent = [];
    page.on("request", (request) => { if (request.method() === "POST") sent.push(request.url()); });
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    await page.locator("#file").setInputFiles(FILES["in force"]);
    assert.ok((await said(page)).includes("sent to this server"));
    assert.deepEqual(sent, []);
    await page.locator("#check-file button").click();
    await page.locator("main > .banner.good").waitFor();
    assert.equal(sent.length, 1);
  });
});

test("where the register does not answer, the status is not known", async () => {
  await withPage({ expected: ["503"] }, async (page) => {
    await page.route("**/V/*.json", (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    await page.locator("#file").setInputFiles(FILES["in force"]);
    const [verdict] = await verdicts(page);
    assert.equal(verdict.overall, "INDETERMINATE");
    assert.equal(verdict.lines.status.code, "status.unreachable");
  });
});
