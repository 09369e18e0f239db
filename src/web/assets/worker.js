// Runs verifier.wasm and photo.wasm beside the page, so that a large file does not hold it up. This is both the
// worker and the page's way to it; where there are no workers of this kind, the page does the work itself.

import { PATIENCE, within } from "./network.js";
import { Refusal, verifier } from "./verifier.js";

// A worker that the system ended for its memory says nothing any more.
const LONGEST = 180_000;

const TASKS = {
  // The verdict about a file (as a Blob) or about the text of a code.
  async verdict(trust, host, question, input, record, at) {
    const content = typeof input === "string" ? input : new Uint8Array(await input.arrayBuffer());
    return (await verifier(trust, host))[question](content, record, at);
  },
  // The texts of the codes in a picture.
  async photo(picture) {
    return (await import("./photo.js")).readPhoto(picture);
  },
};

const inWorker = typeof document === "undefined";

if (inWorker) {
  addEventListener("message", async ({ data: [call, task, given] }) => {
    try {
      postMessage([call, await TASKS[task](...given)]);
    } catch (error) {
      postMessage([call, undefined, { code: error instanceof Refusal && error.code, text: String(error) }]);
    }
  });
  // It was understood, and is there.
  postMessage([0]);
}

let worker;
let calls = 0;
const waiting = new Map();

function start() {
  worker ??= new Promise((started) => {
    const none = () => started(undefined);
    try {
      const fresh = new Worker(import.meta.url, { type: "module" });
      fresh.onerror = none;
      setTimeout(none, PATIENCE);
      fresh.onmessage = ({ data: [call, answer, error] }) => {
        if (call === 0) started(fresh);
        else if (!error) waiting.get(call)?.resolve(answer);
        else waiting.get(call)?.reject(error.code ? new Refusal(error.code) : new Error(error.text));
      };
    } catch {
      none();
    }
  });
  return worker;
}

// What a task answers.
export async function run(task, ...given) {
  const beside = await start();
  if (!beside) return TASKS[task](...given);
  calls += 1;
  const call = calls;
  const answer = new Promise((resolve, reject) => { waiting.set(call, { resolve, reject }); });
  try {
    beside.postMessage([call, task, given]);
    return await within(answer, LONGEST);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      // Whatever state it is in: the next question gets a fresh one.
      beside.terminate();
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
    }
    throw error;
  } finally {
    waiting.delete(call);
  }
}
