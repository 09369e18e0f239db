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
// A picture of one dot.
const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64",
);
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
      const words = {
        "TOTAL-PASSED": "VALID", "TOTAL-FAILED": "NOT VALID", INDETERMINATE: "NOT CERTAIN", "NOT-IN-FORCE": "NO LONGER IN FORCE",
      };
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

test("who makes a whole document in this institution's name gets no amber for it", async () => {
  await withPage({}, async (page) => {
    for (const forged of ["link", "photo"]) {
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
      if (forged === "link") {
        await page.locator("#code").fill(linkOf(foreignId, elsewhere));
        await page.locator("#check-code button").click();
      } else {
        const buffer = photo(foreignId, 150, elsewhere);
        await page.locator("#photo").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer });
      }
      const box = page.locator("#result .banner");
      await box.waitFor();
      assert.match(await box.getAttribute("class"), /bad/, forged);
      assert.match(await box.innerText(), /not sealed with a key of this institution/);
    }
  });
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
    "no readable QR code": write("kosong.png", DOT),
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
  let picture;
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
    picture = { name: "dua.jpg", mimeType: "image/jpeg", buffer: Buffer.from(both) };
    await page.locator("#photo").setInputFiles(picture);
    const found = await verdicts(page);
    const standing = Object.fromEntries(found.map((verdict) => [verdict.document.id, verdict.lines.status.code]));
    assert.deepEqual(standing, { [ids["in-force"]]: "status.complete", [ids.revoked]: "status.revoked" });
    await noViolations(page);
  });
  await withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#file").setInputFiles(picture);
    await page.locator("#check-file button").click();
    await page.locator("main > .banner").first().waitFor();
    // The worst stands above all.
    const genuine = "The seal of the QR code is genuine";
    assert.equal(await heading(page), "NO LONGER IN FORCE");
    assert.deepEqual((await page.locator("main .banner h2").allInnerTexts()).sort(), ["NO LONGER IN FORCE", genuine]);
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
    `http://cek.contoh.example/V/${id}?lang=id`, `HTTPS://CEK.contoh.example/V/${groups.join("-").toLowerCase()}/`,
    `cek.contoh.example/V/${id}`, `https://cek.contoh.example/V/${id}/en.html`,
  ]) {
    await withPage({}, async (page) => {
      await type(page, text);
      await page.waitForURL(`${site}/V/${id}?lang=en`);
      assert.equal(await heading(page), "Revoked");
    });
  }
  for (const [text, answer] of [
    ["MI64-IHBK", "not a document code"], ["MI64-IHBK-PWPE-TJ59", "not a document code"], ["halo", "not a document code"],
    ["https://cek.contoh.example/lain", "not a document code"], ["https://lain.example/", "leads to another address"],
  ]) {
    await withPage({}, async (page) => {
      await type(page, text);
      assert.ok((await said(page)).includes(answer), text);
    });
  }
});

test("a pasted link is checked here", async () => {
  const link = linkOf(ids["in-force"]);
  for (const [text, overall, issuer] of [
    [link, "INDETERMINATE", "seal.trusted"],
    [link.replace("cek.contoh", "cek.lain"), "TOTAL-FAILED", "claim.signature"],
    [link.slice(0, -1), "INDETERMINATE", "claim.malformed"],
    [linkOf(foreignId, elsewhere), "INDETERMINATE", "claim.unknown-seal"],
    [link.split("#")[0].replace("cek.contoh", "cek.lain"), "INDETERMINATE", "claim.missing-in-link"],
    [link.replace("#", "?lang=en#"), "INDETERMINATE", "seal.trusted"],
    [link.replace("#", "/#").replace("https", "http"), "INDETERMINATE", "seal.trusted"],
    [link.replace("cek.contoh", "cek.lain").replace("#", "?x#"), "TOTAL-FAILED", "claim.signature"],
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

// Heading, colour and text of the answer about a link, with scripts and without.
async function bannersOf(link, scripts) {
  let found;
  await withPage({ javaScriptEnabled: scripts, expected: [MISSING] }, async (page) => {
    if (scripts) {
      await type(page, link);
      await page.locator("#result a[download]").waitFor();
    } else {
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#file").setInputFiles({ name: "kode.txt", mimeType: "text/plain", buffer: Buffer.from(link) });
      await page.locator("#check-file button").click();
    }
    const box = page.locator(scripts ? "#result .banner" : "main > .banner");
    const paragraphs = await box.locator("p").allInnerTexts();
    found = [await box.getAttribute("class"), await box.locator("h1, h2").innerText(), paragraphs.join(" ")];
    if (scripts) await noViolations(page);
  });
  return found;
}

test("a forged code does not look like a genuine one, and where it leads is said", async () => {
  const link = linkOf(ids["in-force"]);
  const elsewhere_ = (text) => text.replace("cek.contoh", "cek-contoh.palsu");
  for (const scripts of [true, false]) {
    for (const [text, tone, title, ...parts] of [
      [link, "good", "The seal of the QR code is genuine", "can be copied onto a forged paper"],
      [linkOf(ids.waiting), "open", "The seal of the QR code is genuine", "not everybody has signed"],
      [linkOf(ids.revoked), "moved", "NO LONGER IN FORCE", "revoked"],
      [linkOf(foreignId, elsewhere), "bad", "The QR code failed the check", "not sealed with a key of this institution"],
      [elsewhere_(link), "bad", "The QR code failed the check", "cek-contoh.palsu", "does not match"],
      [elsewhere_(linkOf(foreignId, elsewhere)), "bad", "The QR code failed the check", "cek-contoh.palsu", "not known here"],
      [elsewhere_(link.split("#")[0]), "bad", "The QR code failed the check", "cek-contoh.palsu", "no statement"],
    ]) {
      const [style, heading_, said_] = await bannersOf(text, scripts);
      assert.deepEqual([style, heading_], [`banner ${tone}`, title], `${text} ${scripts}`);
      for (const part of parts) assert.ok(said_.toLowerCase().includes(part), `${said_}: ${part}`);
    }
  }
});

// A PDF file that nobody signed.
function unsigned() {
  const objects = ["/Type/Catalog/Pages 2 0 R", "/Type/Pages/Kids[3 0 R]/Count 1", "/Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]"];
  let text = "%PDF-1.7\n";
  let table = "0000000000 65535 f \n";
  for (const [at, object] of objects.entries()) {
    table += `${String(text.length).padStart(10, "0")} 00000 n \n`;
    text += `${at + 1} 0 obj\n<<${object}>>\nendobj\n`;
  }
  return `${text}xref\n0 4\n${table}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`;
}

test("by whose authority the certificates are is said only where it is known", async () => {
  const own = "These electronic signatures are uncertified";
  const open = "It was not determined whether the certificates";
  for (const scripts of [true, false]) {
    for (const [file, said_] of [
      [FILES["in force"], own], [FILES["of another institution"], open], [join(vectors, "b-lta-two.pdf"), open],
      [write("unsigned.pdf", unsigned()), undefined],
    ]) {
      await withPage({ javaScriptEnabled: scripts, expected: [MISSING] }, async (page) => {
        await page.goto(`${site}/periksa?lang=en`);
        if (scripts) await page.locator("#drop-hint").waitFor();
        await page.locator("#file").setInputFiles(file);
        if (!scripts) await page.locator("#check-file button").click();
        await page.locator("ul.lines").waitFor();
        const text = await page.locator("main").innerText();
        assert.deepEqual([text.includes(own), text.includes(open)], [said_ === own, said_ === open], `${file} ${scripts}`);
      });
    }
  }
});

test("without WebAssembly the forms are what they are without scripts, and that is said", async () => {
  await withPage({}, async (page) => {
    // A worker would have one of its own.
    await page.addInitScript(() => { delete globalThis.WebAssembly; delete globalThis.Worker; });
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

test("a photo or a dropped file that cannot be checked here is what the form then sends", async () => {
  await withPage({ expected: ["net::ERR_FAILED"] }, async (page) => {
    const upload = page.locator("#upload-note");
    const check = async () => {
      await page.locator("#check-file button").click();
      await page.locator("main > .banner").waitFor();
      return page.locator("main > .banner").innerText();
    };
    await page.route("**/photo.wasm", (route) => route.abort());
    const open = async () => {
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
    };
    await open();
    // Another one lies in the form already.
    await page.locator("#file").setInputFiles(FILES.altered);
    await verdicts(page);
    await page.locator("#photo").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: photo(ids["in-force"]) });
    await page.locator("#result .banner", { hasText: "sent to this server" }).waitFor();
    assert.ok((await upload.innerText()).includes("is sent to this server"));
    assert.ok((await check()).includes("The seal of the QR code is genuine"));
    // What is said of one file is not said of the next.
    await open();
    await page.locator("#photo").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: DOT });
    await page.locator("#result .banner", { hasText: "sent to this server" }).waitFor();
    await page.locator("#file").setInputFiles(FILES["in force"]);
    await verdicts(page);
    assert.equal(await upload.innerText(), "The file stays on this device and is sent nowhere.");
  });
  await withPage({ expected: ["net::ERR_FAILED"] }, async (page) => {
    await page.route("**/verifier.wasm", (route) => route.abort());
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    await page.evaluate((text) => {
      const dataTransfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      dataTransfer.items.add(new File([bytes], "surat.pdf", { type: "application/pdf" }));
      document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
    }, good.toString("base64"));
    assert.ok((await said(page)).includes("sent to this server"));
    await page.locator("#check-file button").click();
    await page.locator("main > .banner.good").waitFor();
  });
});

test("a picture that this browser cannot open is not one without a code", async () => {
  const huge = Buffer.from(DOT);
  huge.writeUInt32BE(40_000, 16);
  huge.writeUInt32BE(40_000, 20);
  for (const [name, buffer, text] of [
    ["IMG_1.heic", Buffer.from("0000001c6674797068656963000000006d6966316865696300000000", "hex"), "cannot open that picture"],
    ["rusak.jpg", Buffer.from("ffd8ffe000104a464946", "hex"), "cannot open that picture"],
    ["besar.png", huge, "too large to be opened here"],
  ]) {
    await withPage({}, async (page) => {
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
      await page.locator("#photo").setInputFiles({ name, mimeType: `image/${name.split(".")[1]}`, buffer });
      assert.ok((await said(page)).includes(text), name);
    });
  }
});

test("how large a picture is, is read from each kind of file", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${site}/periksa?lang=en`);
    const script = await page.locator("script[src]").getAttribute("src");
    const kinds = await page.evaluate(async (address) => {
      const { luma } = await import(address);
      const canvas = new OffscreenCanvas(12_000, 11_000);
      canvas.getContext("2d").fillRect(0, 0, 12_000, 11_000);
      const said = [];
      for (const type of ["image/png", "image/jpeg", "image/webp"]) {
        const blob = await canvas.convertToBlob({ type });
        said.push([blob.type, await luma(blob).catch((error) => error.code)]);
      }
      return said;
    }, new URL("photo.js", new URL(script, site)).href);
    assert.deepEqual(kinds, ["image/png", "image/jpeg", "image/webp"].map((type) => [type, "check.too-many-dots"]));
  });
});

test("certificates that cannot be had or read are no fault of the file", async () => {
  const broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  for (const answer of [{ status: 503, body: "" }, { status: 200, body: broken }]) {
    await withPage({ expected: ["503"] }, async (page) => {
      await page.route("**/pk-trust.pem", (route) => route.fulfill(answer));
      await page.goto(`${site}/periksa?lang=en`);
      await page.locator("#drop-hint").waitFor();
      await page.locator("#file").setInputFiles(FILES["in force"]);
      assert.ok((await said(page)).includes("certificates cannot be fetched or read"));
      await page.locator("#check-file button").click();
      await page.locator("main > .banner.good").waitFor();
    });
  }
});

test("keys are asked for again after a minute", async () => {
  await withPage({}, async (page) => {
    const asked = [];
    page.on("request", (request) => { if (request.url().endsWith(".pem")) asked.push(request.url()); });
    await page.clock.install();
    await page.goto(`${site}/periksa?lang=en`);
    await page.locator("#drop-hint").waitFor();
    const check = async () => {
      await page.locator("#file").setInputFiles([]);
      await page.locator("#file").setInputFiles(FILES["in force"]);
      await page.clock.runFor(1_000);
      await verdicts(page);
      return asked.length;
    };
    assert.equal(await check(), 1);
    assert.equal(await check(), 1);
    await page.clock.runFor(60_000);
    assert.equal(await check(), 2);
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
