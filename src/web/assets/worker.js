// Runs verifier.wasm and photo.wasm beside the page, so that a large file does not hold it up, and one that asks for
// more than a check may cost can be ended. This is both the worker and the page's way to it; where there are no workers
// of this kind, the page does the work itself, within what the modules themselves allow.

import { PATIENCE } from "./network.js";
import { Refusal, module, verifier } from "./verifier.js";

// Until a task has loaded what it needs, however slow the network is.
const LOADING = 180_000;
// From then to its answer: a document takes some milliseconds, and the most that the modules themselves allow some
// seconds, on a telephone ten times as many. A worker that the system ended for its memory says nothing any more.
const LONGEST = 60_000;

// Each says when it has loaded what it needs, and the work begins.
const TASKS = {
  // Looks at a file (as a Blob) or at the text of a code: which document's record may be asked for, and where the answer
  // is to be had then.
  async look(begin, trust, page, what, input, at) {
    const content = typeof input === "string" ? input : new Uint8Array(await input.arrayBuffer());
    const asked = await verifier(trust, page);
    begin();
    const id = await asked.look(what, content, at);
    looks += 1;
    looked.set(looks, asked);
    return { id, turn: looks };
  },
  // The answer about what was looked at, with what the register said of it.
  async conclude(begin, turn, record) {
    const asked = looked.get(turn);
    looked.delete(turn);
    begin();
    return asked.conclude(record);
  },
  // The texts of the codes in a picture.
  async photo(begin, picture) {
    const { readPhoto } = await import("./photo.js");
    await module("photo.wasm");
    begin();
    return readPhoto(picture);
  },
};

// What was looked at and waits for its record.
let looks = 0;
const looked = new Map();

const inWorker = typeof document === "undefined";

if (inWorker) {
  addEventListener("message", async ({ data: [call, task, given] }) => {
    try {
      postMessage([call, await TASKS[task](() => postMessage([-call]), ...given)]);
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
        else if (call < 0) waiting.get(-call)?.begin();
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
  if (!beside) return TASKS[task](() => {}, ...given);
  calls += 1;
  const call = calls;
  let timer;
  const answer = new Promise((resolve, reject) => {
    const wait = (patience, error) => {
      clearTimeout(timer);
      timer = setTimeout(() => reject(error), patience);
    };
    wait(LOADING, new Error("no answer"));
    // Others may be before it in the worker: what they take is not its own.
    const begin = () => wait(LONGEST, new Refusal("check.cost-here"));
    waiting.set(call, { resolve, reject, begin });
  });
  try {
    beside.postMessage([call, task, given]);
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === "check.cost-here") {
      // Whatever it is doing, and in whatever state it is: the next question gets a fresh one.
      beside.terminate();
      if (worker && (await worker) === beside) worker = undefined;
      waiting.delete(call);
      for (const { reject } of waiting.values()) reject(new Error("ended with another question"));
    }
    throw error;
  } finally {
    clearTimeout(timer);
    waiting.delete(call);
  }
}
