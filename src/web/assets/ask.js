// Asks the verifier about files and links, together with what the institution says of the document.

import { host } from "./page.js";
import * as known from "./known.js";
import { verifier } from "./verifier.js";

// There is nobody to be trusted: no network, and no keys from an earlier visit.
export class NoKeys extends Error {}

async function ask(question, input, wanted) {
  const keys = await known.keys();
  if (!keys) throw new NoKeys();
  const asked = (await verifier(keys.text, host))[question];
  const at = Date.now();
  const first = await asked(input, "", at);
  const id = wanted(first);
  if (!id) return { verdict: first, keys };
  // Which document it is shows only now. What another host issued, nobody here knows of.
  const record = await known.record(id);
  return { verdict: await asked(input, record.text, at), keys, record };
}

// The answer about the bytes of a PDF file: verdict, keys and record.
export const aboutFile = (bytes) => ask("document", bytes, ({ document }) => {
  const elsewhere = document?.issued && document.issued.host !== host;
  return elsewhere ? undefined : document?.id;
});

// The same about the text of a QR code.
export const aboutLink = (text) => ask("link", text, ({ document }) => (
  document?.issued?.host === host ? document.id : undefined
));
