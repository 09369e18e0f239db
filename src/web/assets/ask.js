// Asks the verifier about files and links, together with what the institution says of the document.

import { host } from "./page.js";
import * as known from "./known.js";
import { run } from "./worker.js";

// There is nobody to be trusted: no network and no keys from an earlier visit, or keys that cannot be read.
export class NoKeys extends Error {}

// The verdict of the document's record and keys; without a record, of one whose register was not asked.
export async function verdictOf(keys, question, input, record) {
  try {
    return await run("verdict", keys.text, host, question, input, record?.text ?? "", Date.now());
  } catch (error) {
    throw error.code === "fail.trust" ? new NoKeys() : error;
  }
}

async function ask(question, input, wanted) {
  const keys = await known.keys();
  if (!keys) throw new NoKeys();
  const first = await verdictOf(keys, question, input);
  const id = wanted(first);
  if (!id) return { verdict: first, keys };
  // Which document it is shows only now. What another host issued, nobody here knows of.
  const record = await known.record(id);
  return { verdict: await verdictOf(keys, question, input, record), keys, record };
}

// The answer about a PDF file: verdict, keys and record.
export const aboutFile = (file) => ask("document", file, ({ document }) => {
  const elsewhere = document?.issued && document.issued.host !== host;
  return elsewhere ? undefined : document?.id;
});

// The same about the text of a QR code.
export const aboutLink = (text) => ask("link", text, ({ document }) => (
  document?.issued?.host === host ? document.id : undefined
));

// The same about a file that is said to be the document of this id, whatever it says of itself.
export async function aboutOriginal(file, id) {
  const [keys, record] = await Promise.all([known.keys(), known.record(id)]);
  if (!keys) throw new NoKeys();
  return { verdict: await verdictOf(keys, "document", file, record), keys, record };
}
