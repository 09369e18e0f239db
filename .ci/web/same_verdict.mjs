// Compares the verdicts of the verifier for browsers with those of `pk verify --json`, file by file.
//
// usage: node same_verdict.mjs PK FOLDER TRUST [--at TIME] [--records FOLDER --office OFFICE] [--times]
//
// FOLDER holds PDF files, in folders or not; TRUST is a trust file (PEM). With --records the register is known
// to both: FOLDER/<id>.json is what a public page says of a document, and OFFICE is the office that says so; `pk`
// then trusts what the office trusts, so TRUST has to be its own.
// Needs Node 20 and no packages. Exits 1 if a file has two verdicts.
//
// Only a program with Typst can render a document again. Where `pk` did, everything else has to be equal, and
// lines and headline too unless that finding decided them; these files are counted and named.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const RENDERED = [
  "document.reproduced", "document.not-reproduced", "document.reproduction-not-tried",
  // One finding says how the pages are vouched for: where they were not made again, it is the seal.
  "document.certified", "document.not-certified",
];
const assets = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../src/web/assets");

// The scripts as a browser gets them: Node takes `.js` for modules only where a package says so.
async function scripts() {
  const folder = mkdtempSync(join(tmpdir(), "pk-scripts-"));
  cpSync(assets, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  try {
    return await import(join(folder, "verifier.js"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pdfs(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.toLowerCase().endsWith(".pdf"))
    .sort()
    .map((name) => join(folder, name));
}

// One object a file, in order; many files at a time, because the program starts slower than it verifies.
function natively(pk, files, options) {
  const verdicts = [];
  for (let i = 0; i < files.length; i += 100) {
    const run = spawnSync(pk, ["verify", "--json", ...options, ...files.slice(i, i + 100)], {
      encoding: "utf8", cwd: "/", maxBuffer: 1 << 30, env: { PATH: process.env.PATH },
    });
    const lines = run.stdout.split("\n").filter(Boolean);
    if (lines.length !== Math.min(100, files.length - i)) throw new Error(run.stderr);
    verdicts.push(...lines.map((line) => JSON.parse(line)));
  }
  return verdicts;
}

// What is left of a verdict without what rendering again adds.
function unrendered(verdict) {
  const { lines, overall, ...rest } = structuredClone(verdict);
  rest.findings = rest.findings.filter((finding) => !RENDERED.includes(finding.code));
  // How a root came to be trusted is known where somebody named it: a browser is given one by the page.
  const unnamed = ({ trusted, ...root }) => root;
  rest.signatures = rest.signatures.map((each) => (each.root ? { ...each, root: unnamed(each.root) } : each));
  const issued = rest.document?.issued;
  if (issued?.root) rest.document = { ...rest.document, issued: { ...issued, root: unnamed(issued.root) } };
  if (rest.document) delete rest.document.reproduced;
  return JSON.stringify(rest);
}

// "equal", "rendered" (equal but for rendering again), or what differs.
function compare(native, browser) {
  delete native.file;
  delete browser.file;
  if (JSON.stringify(native) === JSON.stringify(browser)) return "equal";
  if (native.error) return `no verdict: ${native.error}`;
  if (unrendered(native) !== unrendered(browser)) return "findings";
  const decided = ["integrity", "issuer", "status", "time"].filter(
    (axis) => JSON.stringify(native.lines[axis]) !== JSON.stringify(browser.lines[axis]),
  );
  for (const axis of decided) {
    const codes = [native.lines[axis].code, browser.lines[axis].code];
    if (!codes.some((code) => RENDERED.includes(code))) return `line ${axis}: ${codes.join(", ")}`;
  }
  if (native.overall !== browser.overall && decided.length === 0) return "headline";
  return "rendered";
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const { positionals: [pk, folder, trustFile], values: options } = parseArgs({
  allowPositionals: true,
  options: {
    at: { type: "string" },
    host: { type: "string", default: "cek.contoh.example" },
    records: { type: "string" },
    office: { type: "string" },
    times: { type: "boolean" },
  },
});
if (!trustFile) {
  console.error("usage: same_verdict.mjs PK FOLDER TRUST [--at TIME] [--records FOLDER --office OFFICE] [--times]");
  process.exit(2);
}
const files = pdfs(resolve(folder));
const at = options.at ? new Date(options.at) : new Date(Math.floor(Date.now() / 1000) * 1000);
const natives = natively(resolve(pk), files, [
  "--at", at.toISOString().replace(".000", ""),
  ...(options.office ? ["--office", resolve(options.office)] : ["--trust", resolve(trustFile)]),
]);
const { verifierOf } = await scripts();
const compiled = new WebAssembly.Module(readFileSync(join(assets, "verifier.wasm")));
// The host of the documents: of what another one issued nobody here has a record.
const browser = await verifierOf(compiled, readFileSync(trustFile, "utf8"), { host: options.host });

// As the page does: the file is looked at, and then the record is asked for of the document that it turned out to be.
async function inBrowser(bytes) {
  const id = await browser.look("file", bytes, at);
  let record = "";
  if (options.records && id) {
    record = '{"state":"unknown"}';
    try {
      record = readFileSync(join(options.records, `${id}.json`), "utf8");
    } catch { /* a document that the office never issued */ }
  }
  return (await browser.conclude(record)).verdict;
}

const counts = { equal: 0, rendered: 0 };
const differing = [];
const named = [];
const headlines = {};
const times = [];
for (const [i, file] of files.entries()) {
  const bytes = readFileSync(file);
  let difference;
  try {
    const verdict = await inBrowser(bytes);
    headlines[verdict.overall] = (headlines[verdict.overall] ?? 0) + 1;
    if (options.times && verdict.document && verdict.signatures.length > 0) {
      for (let run = 0; run < 20; run += 1) {
        const start = performance.now();
        await browser.look("file", bytes, at);
        await browser.conclude("");
        times.push(performance.now() - start);
      }
    }
    difference = compare(natives[i], verdict);
  } catch (error) {
    difference = `no verdict in the browser: ${error}`;
  }
  if (difference in counts) counts[difference] += 1;
  else differing.push(`${file}: ${difference}`);
  if (difference === "rendered") named.push(file);
}
console.log(`${files.length} files: ${counts.equal} equal, ${counts.rendered} equal but for rendering again, ${differing.length} differ`);
console.log(`headlines in the browser: ${JSON.stringify(headlines)}`);
for (const file of named) console.log(`rendered again by pk: ${file}`);
if (times.length > 0) console.log(`${times.length} checks of signed documents: ${median(times).toFixed(2)} ms in the middle`);
if (differing.length > 0 || files.length === 0) {
  console.error(differing.join("\n"));
  process.exit(1);
}
