// The page on which one checks: files and photographs are looked at here and sent nowhere.

import {
  ages, banner, claimIn, hint, host, isStatic, loadWords, make, pageOf, paragraph, parseId, printable, say,
} from "./page.js";
import { NoKeys, aboutFile, aboutLink } from "./ask.js";
import { elements } from "./verdict.js";
import { Refusal } from "./verifier.js";
import { run } from "./worker.js";

const MOST = 100_000_000;
const PICTURES = ["89504e47", "ffd8ff", "52494646", "47494638"];

const part = (id) => document.getElementById(id);

const able = typeof WebAssembly === "object";

let result;
// The file that could not be checked here, and that the form may now send.
let given;
// A slow answer about one file must not replace that about the next one.
let turn = 0;

export async function start(section) {
  await loadWords();
  result = section;
  for (const form of ["check-file", "check-code"]) part(form).hidden = false;
  codes();
  if (!able) {
    result.replaceChildren(...(isStatic ? problems("check.unable-static") : unable("check.unable")));
    return;
  }
  files();
}

function files() {
  part("check-photo").hidden = false;
  part("drop-hint").hidden = false;
  keep();
  for (const input of [part("file"), part("photo")]) {
    input.addEventListener("change", () => {
      if (input.files[0]) look(input.files[0]);
    });
  }
  part("check-photo").addEventListener("submit", (event) => event.preventDefault());
  part("check-file").addEventListener("submit", (event) => {
    const [file] = part("file").files;
    // Only a file that was given up here goes to the server, and only by the reader's own hand.
    if (file && file === given && !isStatic) return;
    event.preventDefault();
    if (file) look(file);
    else problem("check.empty");
  });
  dropping();
}

function dropping() {
  const drop = part("drop");
  // Beside the zone a browser would leave the page and open the file.
  for (const event of ["dragover", "drop"]) addEventListener(event, (dropped) => dropped.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    const [file] = event.dataTransfer?.files ?? [];
    if (file) look(file);
  });
}

// The address of a document in what people paste: with a query, a slash at its end, without `https`, with words
// before it, and as chat programs change it (`pasted` in crates/trust reads the same). Only what is typed is read so
// kindly; the text of a QR code has one spelling.
function parseLink(text) {
  const shown = text.replace(/[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]/g, "");
  const bare = () => ["", "", shown.replace(/^[([{<"'`*_~“‘„«‹]+/, "")];
  const [, before, address] = shown.match(/^(.*?)(https?:\/\/\S*)/is) ?? bare();
  try {
    // In another address it is only a part.
    if (/[/\\=&?#@%]/.test(before)) return { place: new URL(shown).host };
    const url = new URL((/^https?:/i.test(address) ? address : `https://${address}`).replace(/%(25)?23/, "#"));
    const path = decodeURIComponent(url.pathname).match(/^\/V\/([\dA-Z-]+)(\/|\/en\.html|\/index\.html)?[^\dA-Z/]*$/i);
    // A name before the host makes one address look like another.
    if (url.username) return { place: `@${url.host}` };
    return { place: url.host, id: path ? parseId(path[1]) : undefined, claim: claimIn(url.hash.slice(1)) };
  } catch {
    return undefined;
  }
}

function codes() {
  part("check-code").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = part("code").value.trim();
    const id = parseId(text);
    const link = id ? { place: host, id } : parseLink(text);
    const claim = link?.claim ? `#${link.claim}` : "";
    if (!link?.id) problem(/https?:/i.test(text) && link && link.place !== host ? "check.other-host" : "check.code");
    // Without a claim there is nothing to be checked but what the register says.
    else if (link.place === host && !(claim && able)) location.assign(pageOf(link.id) + claim);
    else show(() => answersOfLinks([`https://${link.place}/V/${link.id}${claim}`]));
  });
}

const problems = (code) => [banner("open", "h2", say("check.failed"), paragraph(say(code)))];

function problem(code) {
  turn += 1;
  answer(problems(code));
}

function answer(parts) {
  result.replaceChildren(...parts);
  result.focus();
}

// Until it is said otherwise of a file, it stays here.
function keep() {
  given = undefined;
  part("upload-note").textContent = say("check.stays-here");
}

function look(file) {
  keep();
  show(() => answersOf(file), file);
}

// Shows what `examine` finds out, or why it cannot.
async function show(examine, file) {
  turn += 1;
  const mine = turn;
  result.replaceChildren(paragraph(say("check.working")));
  // The browser paints before a long calculation, not while it lasts.
  await new Promise((painted) => { setTimeout(painted, 20); });
  const parts = await examine().then((found) => () => found, (error) => () => failure(error, file));
  if (mine === turn) answer(parts());
}

// What was refused is said; everything else is a failure of this browser, of the network or of the program, and
// then the form is what it is without scripts.
function failure(error, file) {
  // Codes of the modules; those of the scripts are those of their texts.
  const codes = { "fail.verify-picture": "check.no-code", "fail.too-large": "check.too-large-here" };
  if (error instanceof Refusal) return problems(codes[error.code] ?? error.code);
  const noKeys = error instanceof NoKeys;
  if (!file) return problems(noKeys ? "code.no-keys" : "code.not-checked");
  if (isStatic) return problems(noKeys ? "code.no-keys" : "check.unable-static");
  return handOver(file) ? unable(noKeys ? "check.no-keys" : "check.unable") : problems("check.unable-static");
}

// Puts a file where the form sends it from: a photograph or a dropped file is not there yet.
function handOver(file) {
  const input = part("file");
  if (input.files[0] !== file) {
    try {
      const transfer = new DataTransfer();
      transfer.items.add(file);
      input.files = transfer.files;
    } catch {
      // An older browser.
      return false;
    }
  }
  [given] = input.files;
  return true;
}

// Says that nothing can be checked here, and that the form sends what it is given.
function unable(code) {
  part("upload-note").textContent = say("check.upload-note");
  return problems(code);
}

async function answersOf(file) {
  if (file.size > MOST) throw new Refusal("check.too-large-here");
  const start = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const hexadecimal = Array.from(start, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const pdf = hexadecimal.startsWith("255044462d");
  const picture = PICTURES.some((magic) => hexadecimal.startsWith(magic)) || file.type.startsWith("image/");
  if (!pdf && picture) {
    // A worker may be unable to draw (Safari 15).
    const drawn = typeof OffscreenCanvas === "function" ? file : await (await import("./photo.js")).luma(file);
    return answersOfLinks(await run("photo", drawn));
  }
  // Called a PDF and not beginning like one: its beginning was changed, and that is an answer.
  if (!pdf && !file.name.toLowerCase().endsWith(".pdf")) throw new Refusal("check.format");
  const answer = await aboutFile(file);
  answer.verdict.file = file.name;
  const { keys, record } = answer;
  return [make("p", { class: "code" }, printable(file.name)), ...elements(answer), ...ages(keys, record)];
}

// Each code of a picture is a question of its own.
async function answersOfLinks(texts) {
  const links = [...new Set(texts)];
  if (links.length === 0) throw new Refusal("check.no-code");
  const parts = links.length > 1 ? [hint(say("check.several", { count: String(links.length) }))] : [];
  for (const link of links) {
    const answer = await aboutLink(link);
    const claim = link.includes("#") ? link.slice(link.indexOf("#")) : "";
    if (answer.verdict.lines.issuer.code === "claim.no-link") parts.push(...otherCode(link));
    else parts.push(...elements(answer, claim), ...ages(answer.keys, answer.record));
  }
  return parts;
}

// A code that is no document's: where it leads, as a browser understands it (WHATWG URL).
function otherCode(text) {
  let url;
  try {
    url = new URL(text.trim());
  } catch {
    url = undefined;
  }
  const leads = url && /^https?:$/.test(url.protocol);
  const sentence = leads ? say("qr.other-link", { host: url.hostname }) : say("qr.no-link");
  return [banner("open", "h2", say("verdict.indeterminate"), paragraph(sentence))];
}
