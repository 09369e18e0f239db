// What the modules share: where the page is, the texts, and the pieces that src/web/page builds as well.

import { get } from "./network.js";

const { dataset } = document.body;

// The host that the page is for, whatever address it is shown at.
export const host = dataset.host;
export const kind = dataset.page;
export const isStatic = "static" in dataset;
export const language = document.documentElement.lang;
export const root = new URL(dataset.root, location.href);
export const address = (path) => new URL(path, root).href;

// The id in what a person types; undefined if it is none. Forgives what `Id::from_str` does.
export function parseId(text) {
  const like = { 0: "O", 1: "I", 8: "B" };
  const id = text.replace(/[\s-]/g, "").toUpperCase().replace(/[018]/g, (digit) => like[digit]);
  return /^[A-Z2-7]{16}$/.test(id) ? id : undefined;
}

// What stands behind `#`, unless it is a place on this page.
export function fragment() {
  const text = location.hash.slice(1);
  return document.getElementById(text) ? "" : claimIn(text);
}

// A claim has letters and digits only: what else stands there is punctuation that a chat program took for a part of
// the link, or has no width.
export const claimIn = (text) => text.replace(/%[\dA-F]{2}/gi, "").replace(/[^\dA-Z].*$/is, "").toUpperCase();

export const grouped = (id) => id.match(/.{4}/g).join("-");

// The page of a document, in the language of this one.
export function pageOf(id) {
  if (isStatic) return address(language === "en" ? `V/${id}/en.html` : `V/${id}/`);
  const chosen = new URLSearchParams(location.search).get("lang");
  return address(chosen ? `V/${id}?lang=${language}` : `V/${id}`);
}

let texts;

// Loads the texts; nothing can be said before.
export async function loadWords() {
  texts ??= get(new URL(`words-${language}.json`, import.meta.url)).then(async ({ ok, status, blob }) => {
    if (!ok) throw new Error(`words: ${status}`);
    return new Map(Object.entries(JSON.parse(await blob.text())));
  });
  try {
    texts = await texts;
  } catch (error) {
    // A network that failed once may work the next time.
    texts = undefined;
    throw error;
  }
}

const LONGEST = 500;

// Values come from files: some characters turn the order of a line around, and a name could then read as
// another one. As `words::printable`.
export function printable(value) {
  const letters = [...String(value)];
  const shown = letters.slice(0, LONGEST).join("").replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
  return letters.length > LONGEST ? `${shown}…` : shown;
}

// The sentence of a code. Filled in once: a value that contains `{…}` stays as it is.
export function say(code, values = {}) {
  const text = texts.get(code) ?? printable(code);
  return text.replace(/\{([^}]*)\}/g, (whole, key) => {
    return values[key] === undefined ? whole : value(String(values[key]), key, values);
  });
}

// A sentence that the verifier chose: its code, its values, and a value that is a sentence itself with its key.
export function told({ code, detail, within }) {
  return say(code, within ? { ...detail, [within[0]]: told(within[1]) } : detail);
}

// Several of them as one.
export const sayAll = (sentences, between) => sentences.map(told).join(between);

// An element. Content that is text stays text, whatever it says.
export function make(name, attributes, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) element.setAttribute(key, value);
  element.append(...content.filter((part) => part !== undefined && part !== null));
  return element;
}

const LOCALE = language === "en" ? "en-GB" : "id-ID";
const DAY = { day: "numeric", month: "long", year: "numeric" };

const ZONES = { WIB: "Asia/Jakarta", WITA: "Asia/Makassar", WIT: "Asia/Jayapura" };
const zone = document.body.dataset.zone ?? "WIB";

// Date and time by the office's clock, which is named: Indonesia has three. As `words::Zone`.
export function localTime(text) {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) return printable(text);
  const timeZone = ZONES[zone];
  const date = new Intl.DateTimeFormat(LOCALE, { ...DAY, timeZone }).format(time);
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  const [hours, minutes] = new Intl.DateTimeFormat("en-GB", clock).format(time).split(":");
  return language === "en" ? `${date}, ${hours}:${minutes} ${zone}` : `${date} pukul ${hours}.${minutes} ${zone}`;
}

// The name of a signature field as people call it, where it is one of ours.
export const fieldName = (field) => texts.get(`field.${field}`) ?? printable(field);

// A value of a sentence: times are told by the office's clock, errors by their own texts, with the same values.
function value(text, key, values) {
  if ((key === "error" || key === "what") && /^(error|cost)\./.test(text) && texts.has(text)) {
    return say(text, { ...values, [key]: undefined });
  }
  if (key === "field" || key === "fields") return text.split(", ").map(fieldName).join(", ");
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return day(text);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? localTime(text) : printable(text);
}

// `2026-01-05` as the server writes it: a day is the same day everywhere.
function day(text) {
  const time = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(time.getTime())) return printable(text);
  return new Intl.DateTimeFormat(LOCALE, { ...DAY, timeZone: "UTC" }).format(time);
}

// Colour, sign and word together, as in src/web/page/mod.rs.
const TONES = {
  good: ["✓", "M16 3a13 13 0 1 0 0 26 13 13 0 0 0 0-26M9.5 16.5l4.5 4.5 9-10"],
  bad: ["✗", "M10.5 3h11L29 10.5v11L21.5 29h-11L3 21.5v-11zM11 11l10 10M21 11L11 21"],
  open: ["?", "M16 3L30 28H2zM16 12v8M16 23.5v.5"],
  moved: ["→", "M4 4h24v24H4zM10 16h12M17 10.5l5.5 5.5-5.5 5.5"],
};

function icon(tone) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const attributes = {
    viewBox: "0 0 32 32", "aria-hidden": "true", fill: "none", stroke: "currentColor",
    "stroke-width": "2.5", "stroke-linecap": "round", "stroke-linejoin": "round",
  };
  for (const [key, value] of Object.entries(attributes)) drawing.setAttribute(key, value);
  drawing.append(document.createElementNS(space, "path"));
  drawing.firstChild.setAttribute("d", TONES[tone][1]);
  return drawing;
}

// The headline of a page or of an answer on it.
export function banner(tone, level, heading, ...content) {
  return make("div", { class: `banner ${tone}` }, icon(tone), make("div", {}, make(level, {}, heading), ...content));
}

export function mark(tone, code) {
  const sign = make("span", { "aria-hidden": "true" }, TONES[tone][0]);
  return make("span", { class: `mark ${tone}` }, sign, ` ${say(code)}`);
}

// One of the four lines: with what to do, where it does not hold.
export function line(axis, tone, word, said) {
  const advice = tone === "bad" && texts.has(`${said.code}.hint`) && told({ ...said, code: `${said.code}.hint` });
  return make(
    "li", {}, make("b", {}, say(axis)), " ", mark(tone, word), paragraph(told(said)), advice ? hint(`→ ${advice}`) : undefined,
  );
}

export const paragraph = (text) => make("p", {}, text);
export const hint = (text) => make("p", { class: "hint" }, text);

// A list of facts; a pair without a value is left out.
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== undefined && value !== null);
  return make("dl", { class: "facts" }, ...shown.map(([code, value]) => {
    const style = code === "page.code" ? { class: "code" } : {};
    const shownValue = value instanceof Node ? value : printable(value);
    return make("div", {}, make("dt", {}, say(code)), make("dd", style, shownValue));
  }));
}

export const STATES = {
  "in-force": "state.in-force", waiting: "state.waiting", superseded: "state.superseded", revoked: "state.revoked",
};

// Remarks on how old the answer is where the network did not give one.
export function ages(keys, record) {
  const remarks = [];
  if (keys && !keys.fresh) remarks.push(hint(say("code.keys-age", { time: localTime(keys.fetched) })));
  const last = record?.last;
  if (last) {
    const seen = { state: say(STATES[last.state]), time: localTime(last.fetched) };
    remarks.push(hint(say("code.last-seen", seen)));
  }
  return remarks;
}
