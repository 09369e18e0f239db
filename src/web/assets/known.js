// What the institution says: its keys and the records of its documents. The network is always asked first;
// what it said last is kept on this device with the time, to be shown as old news where there is no network.
// It never stands in for a record that could not be asked for.

import { get } from "./network.js";
import { STATES, address, root } from "./page.js";

// Several sites may lie on one origin.
const KEYS = `pk-keys ${root.pathname}`;
const RECORDS = `pk-records ${root.pathname}`;
const MOST_RECORDS = 50;
// How long keys are taken for those of today: a page may stay open for weeks, and its list of what was revoked
// gets older.
const FRESH = 60_000;

// Asks without the browser's own cache, which may call an answer fresh that is days old.
const ask = (url) => get(url, { cache: "no-cache", credentials: "omit" });

async function keep(name, url, text, most) {
  // Not there on pages that are not reached by https.
  if (!globalThis.caches) return;
  try {
    const cache = await caches.open(name);
    // Written anew, it is the last one; the first ones go.
    await cache.delete(url);
    await cache.put(url, new Response(text, { headers: { "x-fetched": new Date().toISOString() } }));
    const kept = await cache.keys();
    await Promise.all(kept.slice(0, Math.max(0, kept.length - most)).map((old) => cache.delete(old)));
  } catch {
    // A full disk or a private window: then nothing is remembered.
  }
}

async function forget(name, url) {
  try {
    await (await globalThis.caches?.open(name))?.delete(url);
  } catch {
    // There is nothing to be forgotten.
  }
}

async function kept(name, url) {
  try {
    const answer = await globalThis.caches?.match(url, { cacheName: name });
    return answer && { text: await answer.text(), fetched: answer.headers.get("x-fetched") ?? "" };
  } catch {
    return undefined;
  }
}

let asked;
let askedAt = -FRESH;

// The trust file (PEM), and when it was fetched; undefined if there is none to be had.
export function keys() {
  // Not by the clock of the day, which people set.
  if (performance.now() - askedAt >= FRESH) {
    askedAt = performance.now();
    asked = fetchKeys();
  }
  return asked;
}

async function fetchKeys() {
  const url = address(".well-known/pk-trust.pem");
  try {
    const answer = await ask(url);
    const text = answer.ok ? await answer.blob.text() : "";
    if (text.includes("-----BEGIN CERTIFICATE-----")) {
      await keep(KEYS, url, text, 1);
      return { text, fresh: true };
    }
  } catch {
    // No network.
  }
  // It may be there for the next question.
  askedAt = -FRESH;
  const old = await kept(KEYS, url);
  return old && { ...old, fresh: false };
}

// Whether the verifier will read this as the record of a document (`Published::parse`). What the page says by it
// must not be more than what the verifier has compared.
function isRecord(value, id) {
  if (value?.state === "unknown") return value.id === undefined || value.id === id;
  const isHash = (text) => typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
  return value?.format === "pk-record/1" && value.id === id && Object.keys(STATES).includes(value.state)
    && isHash(value.digest) && Array.isArray(value.files) && value.files.every(isHash);
}

// What a later version says of this document: for the verifier, which says that it is newer than itself.
const isNewer = (value, id) => value?.id === id && /^pk-record\/[1-9]\d*$/.test(value.format);

// The record of a document as the verifier reads it (pk-record/1), and what was seen of it last if it could
// not be asked for.
export async function record(id) {
  const url = address(`V/${id}.json`);
  try {
    const answer = await ask(url);
    const text = answer.status === 404 ? '{"state":"unknown"}' : answer.ok ? await answer.blob.text() : "null";
    const value = JSON.parse(text);
    if (isRecord(value, id)) {
      // A document that is unknown now must not be shown as seen in force, once the network is gone.
      if (value.state === "unknown") await forget(RECORDS, url);
      else await keep(RECORDS, url, text, MOST_RECORDS);
      return { text, value };
    }
    if (isNewer(value, id)) return { text, value: { state: "unreachable" } };
  } catch {
    // No network, or something else than the record came.
  }
  return { text: '{"state":"unreachable"}', value: { state: "unreachable" }, last: await lastSeen(url) };
}

async function lastSeen(url) {
  const old = await kept(RECORDS, url);
  try {
    return old && { state: JSON.parse(old.text).state, fetched: old.fetched };
  } catch {
    return undefined;
  }
}
