// The way to the worker, with a worker of the test's own: what does not answer is ended, and says so.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, mock, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "pk-worker-"));
for (const name of ["worker.js", "verifier.js", "network.js"]) {
  cpSync(new URL(`../../src/web/assets/${name}`, import.meta.url).pathname, join(folder, name));
}
writeFileSync(join(folder, "package.json"), '{"type":"module"}');
after(() => rmSync(folder, { recursive: true }));

// A page is where there is a document.
globalThis.document = {};
const workers = [];
globalThis.Worker = class {
  asked = [];

  ended = false;

  constructor() {
    workers.push(this);
    queueMicrotask(() => this.say(0));
  }

  postMessage([call]) { this.asked.push(call); }

  say(...message) { this.onmessage({ data: message }); }

  terminate() { this.ended = true; }
};

const { run } = await import(join(folder, "worker.js"));
const settle = async () => { for (let i = 0; i < 20; i += 1) await Promise.resolve(); };
const outcome = (promise) => promise.then((ok) => ({ ok }), ({ code, message }) => ({ code, message }));

mock.timers.enable({ apis: ["setTimeout"] });
beforeEach(() => { workers.length = 0; });

// Asks, and gives the worker that was asked and the number of the question.
async function ask() {
  const answer = outcome(run("verdict", "", "", "document", "", "", 0));
  await settle();
  const worker = workers.at(-1) ?? ask.last;
  ask.last = worker;
  return { answer, worker, call: worker.asked.at(-1) };
}

test("an answer that comes is the answer, however long the module took to load", async () => {
  const { answer, worker, call } = await ask();
  mock.timers.tick(170_000);
  worker.say(-call);
  mock.timers.tick(59_000);
  worker.say(call, "verdict");
  assert.deepEqual(await answer, { ok: "verdict" });
  assert.equal(worker.ended, false);
  // What was refused is an answer too, and ends nobody.
  const refused = await ask();
  refused.worker.say(refused.call, undefined, { code: "fail.trust", text: "" });
  assert.equal((await refused.answer).code, "fail.trust");
  assert.equal(worker.ended, false);
});

test("work that does not end is ended, and that is said", async () => {
  const first = await ask();
  const behind = await ask();
  first.worker.say(-first.call);
  mock.timers.tick(60_001);
  assert.equal((await first.answer).code, "check.cost-here");
  assert.equal(first.worker.ended, true);
  // Who waited behind it did not ask for too much.
  assert.deepEqual(await behind.answer, { code: undefined, message: "ended with another question" });
  const next = await ask();
  assert.notEqual(next.worker, first.worker);
  next.worker.say(next.call, "verdict");
  assert.deepEqual(await next.answer, { ok: "verdict" });
});

test("a module that does not load is no costly file", async () => {
  const { answer, worker } = await ask();
  mock.timers.tick(180_001);
  assert.deepEqual(await answer, { code: undefined, message: "no answer" });
  assert.equal(worker.ended, true);
});
