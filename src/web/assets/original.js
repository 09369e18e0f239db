// Checks the file that a document's page shows, on this device.

import { address, ages, banner, loadWords, paragraph, say } from "./page.js";
import { get, within } from "./network.js";

const MOST = 100_000_000;

export function start() {
  const button = document.getElementById("check-original");
  const section = document.getElementById("original-result");
  if (!button || typeof WebAssembly !== "object") return;
  button.hidden = false;
  section.tabIndex = -1;
  button.addEventListener("click", async () => {
    // Not `disabled`: then the keyboard would be nowhere.
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    section.textContent = section.dataset.checking ?? "";
    try {
      await loadWords();
      await check(section);
    } catch {
      section.textContent = section.dataset.failed ?? "";
    }
    button.removeAttribute("aria-disabled");
    section.focus();
  });
}

async function check(section) {
  const modules = [import("./ask.js"), import("./verdict.js"), import("./claim.js")];
  const [{ NoKeys, aboutOriginal }, { elements }, { agree, contradict }] = await within(Promise.all(modules));
  const { id } = document.body.dataset;
  const options = { cache: "no-cache", credentials: "omit", most: MOST };
  const { ok, status, blob } = await get(address(`V/${id}.pdf`), options);
  if (!ok) throw new Error(String(status));
  let answer;
  try {
    answer = await aboutOriginal(blob, id);
  } catch (error) {
    if (!(error instanceof NoKeys)) throw error;
    section.replaceChildren(banner("open", "h3", say("check.failed"), paragraph(say("code.no-keys"))));
    return;
  }
  const { verdict, keys, record } = answer;
  const { integrity, issuer } = verdict.lines;
  const broken = [integrity, issuer].find(({ outcome }) => outcome === "no");
  // A file that is whole and genuine, but not this one.
  const other = verdict.document?.id !== id || record.value.files?.includes(verdict.sha256) === false;
  const sentence = broken ? say(broken.code, broken.detail) : say("original.other");
  if (broken || other) contradict("state.bad-original", say("code.bad-original"), "axis.integrity", sentence);
  if (other && !broken) section.replaceChildren(banner("bad", "h3", say("state.bad-original"), paragraph(sentence)));
  else section.replaceChildren(...elements(verdict), ...ages(keys, record));
  await agree(record);
}
