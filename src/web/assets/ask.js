// Asks the verifier about files and links, together with what the institution says of the document.

import { host } from "./page.js";
import * as known from "./known.js";
import { run } from "./worker.js";

// There is nobody to be trusted: no network and no keys from an earlier visit, or keys that cannot be read.
export class NoKeys extends Error {}

// The answer about a file ("file") or a link ("link"), by these keys: verdict, what is shown of it, and the record.
// `page` is what the page says of itself; `recordOf` gives the record of the document that the verifier names.
export async function answerOf(keys, page, what, input, recordOf) {
  if (!keys) throw new NoKeys();
  const asking = { host, fresh: keys.fresh, ...page };
  try {
    const { id, turn } = await run("look", keys.text, asking, what, input, Date.now());
    const record = await recordOf(id);
    return { ...(await run("conclude", turn, record?.text ?? "")), keys, record };
  } catch (error) {
    throw error.code === "fail.trust" ? new NoKeys() : error;
  }
}

// Which document it is shows only when it was looked at.
const named = (id) => (id ? known.record(id) : undefined);

// The answer about a PDF file.
export const aboutFile = async (file) => answerOf(await known.keys(), {}, "file", file, named);

// The same about the text of a QR code.
export const aboutLink = async (text) => answerOf(await known.keys(), {}, "link", text, named);

// The same about a file that is said to be the document of this id, whatever it says of itself.
export async function aboutOriginal(file, id) {
  const [keys, record] = await Promise.all([known.keys(), known.record(id)]);
  return answerOf(keys, { id }, "file", file, () => record);
}
