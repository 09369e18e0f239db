// Checks the file that a document's page shows, on this device.

import { address, ages, banner, loadWords, paragraph, say, told } from "./page.js";
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
  const { original, keys, record } = answer;
  if (original.contradiction) contradict(original.contradiction);
  if (original.instead) {
    const [tone, heading, said] = original.instead;
    section.replaceChildren(banner(tone, "h3", say(heading), paragraph(told(said))));
  } else {
    section.replaceChildren(...elements(answer), ...ages(keys, record));
  }
  await agree(record);
}
