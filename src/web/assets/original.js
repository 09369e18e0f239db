// Checks the file that a document's page shows, on this device.

import { address, ages, banner, loadWords, paragraph, say } from "./page.js";

const MOST = 100_000_000;

export function start() {
  const button = document.getElementById("check-original");
  const section = document.getElementById("original-result");
  if (!button || typeof WebAssembly !== "object") return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await loadWords();
      section.replaceChildren(paragraph(say("check.working")));
      await check(section);
    } catch {
      section.textContent = section.dataset.failed ?? "";
    }
    button.disabled = false;
  });
}

async function check(section) {
  const [{ aboutFile }, { elements }, { contradict }] = await Promise.all([
    import("./ask.js"), import("./verdict.js"), import("./claim.js"),
  ]);
  const { id } = document.body.dataset;
  const answer = await fetch(address(`V/${id}.pdf`), { cache: "no-cache", credentials: "omit" });
  if (!answer.ok || Number(answer.headers.get("content-length")) > MOST) throw new Error(String(answer.status));
  const { verdict, keys, record } = await aboutFile(new Uint8Array(await answer.arrayBuffer()));
  const other = verdict.document && verdict.document.id !== id;
  if (other) {
    section.replaceChildren(banner("bad", "h3", say("code.bad"), paragraph(say("claim.other-document"))));
  } else {
    section.replaceChildren(...elements(verdict), ...ages(keys, record));
  }
  const { integrity, issuer } = verdict.lines;
  const broken = [integrity, issuer].find(({ outcome }) => outcome === "no");
  const headline = ["state.bad-original", "code.bad-original"];
  if (other) contradict(headline, say("claim.other-document"));
  else if (broken) contradict(headline, say(broken.code, broken.detail));
}
