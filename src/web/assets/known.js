// What the institution says: its keys and the records of its documents. The network is always asked first;
// what it said last is kept on this device with the time, to be shown as old news where there is no network.
// It never stands in for a record that could not be asked for.

import { STATES, address, root } from "./page.js";

// Several sites may lie on one origin.
const KEYS = `pk-keys ${root.pathname}`;
const RECORDS = `pk-records ${root.pathname}`;
const MOST_RECORDS = 50;
const PATIENCE = 15_000;

// Asks without the browser's own cache, which may call an answer fresh that is days old.
const ask = (url) => fetch(url, { cache: "no-cache", credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });

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

async function kept(name, url) {
  try {
    const answer = await globalThis.caches?.match(url, { cacheName: name });
    return answer && { text: await answer.text(), fetched: answer.headers.get("x-fetched") ?? "" };
  } catch {
    return undefined;
  }
}

let asked;

// The trust file (PEM), and when it was fetched; undefined if there is none to be had.
export function keys() {
  asked ??= fetchKeys();
  return asked;
}

async function fetchKeys() {
  const url = address(".well-known/pk-trust.pem");
  try {
    const answer = await ask(url);
    const text = answer.ok ? await answer.text() : "";
    if (text.includes("-----BEGIN CERTIFICATE-----")) {
      await keep(KEYS, url, text, 1);
      return { text, fresh: true };
    }
  } catch {
    // No network.
  }
  // It may be there for the next question.
  asked = undefined;
  const old = await kept(KEYS, url);
  return old && { ...old, fresh: false };
}

// The record of a document as the verifier reads it (pk-record/1), and what was seen of it last if it could
// not be asked for.
export async function record(id) {
  const url = address(`V/${id}.json`);
  try {
    const answer = await ask(url);
    if (answer.status === 404) return { text: '{"state":"unknown"}', value: { state: "unknown" } };
    if (answer.ok) {
      const text = await answer.text();
      const value = JSON.parse(text);
      if (value.id === id && Object.hasOwn(STATES, value.state)) await keep(RECORDS, url, text, MOST_RECORDS);
      return { text, value };
    }
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
