// The page on which one checks: files and photographs are looked at here and sent nowhere.

import {
  ages, banner, hint, host, isStatic, loadWords, make, pageOf, paragraph, parseId, printable, say,
} from "./page.js";
import { NoKeys, aboutFile, aboutLink } from "./ask.js";
import { elements } from "./verdict.js";
import { Refusal } from "./verifier.js";

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
    result.replaceChildren(...unable());
    return;
  }
  files();
}

function files() {
  part("check-photo").hidden = false;
  part("drop-hint").hidden = false;
  const note = part("upload-note");
  note.textContent = say("check.stays-here");
  for (const input of [part("file"), part("photo")]) {
    input.addEventListener("change", () => {
      given = undefined;
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
    given = undefined;
    const [file] = event.dataTransfer?.files ?? [];
    if (file) look(file);
  });
}

function codes() {
  part("check-code").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = part("code").value.trim();
    const id = parseId(text);
    const link = text.match(/^https:\/\/([^/]+)\/V\/([A-Z2-7]{16})(#.*)?$/);
    if (id) location.assign(pageOf(id));
    // Without a claim there is nothing to be checked but what the register says.
    else if (link && link[1] === host && !(link[3] && able)) location.assign(pageOf(link[2]) + (link[3] ?? ""));
    else if (link) show(() => answersOfLinks([text]));
    else problem("check.code");
  });
}

function problem(code) {
  turn += 1;
  answer([banner("open", "h2", say("check.failed"), paragraph(say(code)))]);
}

function answer(parts) {
  result.replaceChildren(...parts);
  result.focus();
}

const look = (file) => show(() => answersOf(file), file);

// Shows what `examine` finds out, or why it cannot.
async function show(examine, file) {
  turn += 1;
  const mine = turn;
  result.replaceChildren(paragraph(say("check.working")));
  // The browser paints before a long calculation, not while it lasts.
  await new Promise((painted) => { setTimeout(painted, 20); });
  let parts;
  try {
    parts = await examine();
  } catch (error) {
    parts = failure(error, file);
  }
  if (mine === turn) answer(parts);
}

// What was refused is said; everything else is a failure of this browser or of the program, and then the
// form is what it is without scripts.
function failure(error, file) {
  const problems = (code) => [banner("open", "h2", say("check.failed"), paragraph(say(code)))];
  if (error instanceof NoKeys) return problems("code.no-keys");
  if (error instanceof Refusal) {
    const code = { "fail.verify-picture": "check.no-code", "fail.too-large": "check.too-large-here" }[error.code];
    return problems(code ?? "check.format");
  }
  given = file;
  return unable();
}

// Says that nothing can be checked here, and shows what is shown without scripts.
function unable() {
  const note = part("upload-note");
  if (isStatic) return [banner("open", "h2", say("check.failed"), paragraph(say("check.unable-static")))];
  note.textContent = say("check.upload-note");
  return [banner("open", "h2", say("check.failed"), paragraph(say("check.unable")))];
}

async function answersOf(file) {
  if (file.size > MOST) throw new Refusal("fail.too-large");
  const start = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const hexadecimal = Array.from(start, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const pdf = hexadecimal.startsWith("255044462d");
  const picture = PICTURES.some((magic) => hexadecimal.startsWith(magic)) || file.type.startsWith("image/");
  if (!pdf && picture) {
    const { readPhoto } = await import("./photo.js");
    return answersOfLinks(await readPhoto(file));
  }
  // Called a PDF and not beginning like one: its beginning was changed, and that is an answer.
  if (!pdf && !file.name.toLowerCase().endsWith(".pdf")) throw new Refusal("fail.verify-format");
  const { verdict, keys, record } = await aboutFile(new Uint8Array(await file.arrayBuffer()));
  verdict.file = file.name;
  return [make("p", { class: "code" }, printable(file.name)), ...elements(verdict), ...ages(keys, record)];
}

// Each code of a picture is a question of its own.
async function answersOfLinks(texts) {
  const links = [...new Set(texts)];
  if (links.length === 0) throw new Refusal("fail.verify-picture");
  const parts = links.length > 1 ? [hint(say("check.several", { count: String(links.length) }))] : [];
  for (const link of links) {
    const { verdict, keys, record } = await aboutLink(link);
    const claim = link.includes("#") ? link.slice(link.indexOf("#")) : "";
    if (verdict.lines.issuer.code === "claim.no-link") parts.push(...otherCode(link));
    else parts.push(...elements(verdict, claim), ...ages(keys, record));
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
