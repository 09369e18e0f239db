// Asks the verifier in verifier.wasm: the same program as `pk verify`, run in the reader's browser, so that
// the file never leaves it.

import { get } from "./network.js";

const modules = {};

// A module is compiled once; an instance is cheap. Not `compileStreaming`, which refuses to work where the
// server sends another content type.
export function module(name) {
  modules[name] ??= get(new URL(name, import.meta.url)).then(async ({ ok, status, blob }) => {
    if (!ok) throw new Error(`${name}: ${status}`);
    return WebAssembly.compile(await blob.arrayBuffer());
  }).catch((error) => {
    // A network that failed once may work the next time.
    delete modules[name];
    throw error;
  });
  return modules[name];
}

// Text or bytes go in, JSON comes out. Views of the memory are made anew after each call: it may have grown
// and be another one.
export function caller({ exports }) {
  const put = (input) => {
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    const place = exports.reserve(bytes.length) >>> 0;
    // Null says that there is not as much memory. Where nothing is wanted, any place will do.
    if (place === 0 && bytes.length > 0) throw new Refusal("fail.too-large");
    new Uint8Array(exports.memory.buffer).set(bytes, place);
  };
  const answer = () => {
    const place = exports.result_pointer() >>> 0;
    const bytes = new Uint8Array(exports.memory.buffer, place, exports.result_length() >>> 0);
    const { ok, error } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (error !== undefined) throw new Refusal(error);
    return ok;
  };
  return { put, answer, exports };
}

// As much memory as a module may have (crates/browser/build), in bytes.
const MOST_MEMORY = 512 * 1024 * 1024;

// What became of a module that ended in the middle of its work: if it had taken half of its memory, it wanted more
// than there was.
export function ended(error, { exports }) {
  const full = exports.memory.buffer.byteLength >= MOST_MEMORY / 2;
  return full && !(error instanceof Refusal) ? new Refusal("check.cost-here") : error;
}

// No answer, and why, by the code of its text.
export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// Trusts whom `trust` (PEM) names; `page` is the page that asks (crates/browser/src/verifier.rs). A record is the text
// of /V/<id>.json, or "" if nobody was asked; `at` is a Date or a number of milliseconds.
export async function verifier(trust, page = {}) {
  return verifierOf(await module("verifier.wasm"), trust, page);
}

// As `verifier`, from a module that is compiled already.
export async function verifierOf(compiled, trust, page = {}) {
  let called;
  const tell = (to, what, input) => {
    to.put(input);
    to.exports[what]();
    return to.answer();
  };
  const start = async () => {
    const fresh = caller(await WebAssembly.instantiate(compiled, {}));
    tell(fresh, "trust", trust);
    const { host = "", id = "", state = "", ...is } = page;
    const words = Object.keys(is).filter((word) => is[word]);
    tell(fresh, "page", [host, id, state, words.join(" ")].join("\n"));
    // Only now: an instance that trusts nobody would call every signer unknown.
    called = fresh;
  };
  // What a trap leaves behind is in no state to give answers: the next question gets a fresh instance.
  const guarded = async (ask) => {
    if (!called) await start();
    try {
      return ask(called);
    } catch (error) {
      const used = called;
      if (!(error instanceof Refusal)) called = undefined;
      throw ended(error, used);
    }
  };
  // Looks at the bytes of a PDF file ("file") or the text of a QR code ("link"), and gives the id of the document whose
  // record may be asked for, or null.
  const look = (what, input, at) => guarded((asked) => {
    asked.put(input);
    asked.exports[what](Number(at) / 1000);
    return asked.answer();
  });
  // The answer about what was looked at: the verdict (pk-verdict/1), and what is shown of it.
  const conclude = (record) => guarded((asked) => {
    try {
      tell(asked, "record", record);
    } catch (error) {
      // Not to be read: the verdict will say that the register was not reached.
      if (!(error instanceof Refusal)) throw error;
    }
    asked.exports.conclude();
    return asked.answer();
  });
  await start();
  return { look, conclude };
}
