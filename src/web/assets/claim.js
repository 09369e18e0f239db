// What the claim behind `#` proves, on the page of a document. The server never sees it.

import {
  STATES, ages, banner, facts, fragment, grouped, hint, host, kind, line, loadWords, paragraph, parseId, root, say, told,
} from "./page.js";
import { NoKeys, answerOf } from "./ask.js";
import * as known from "./known.js";
import { list } from "./verdict.js";

// What the page shows of the register: the state, and when it last changed.
const shown = document.getElementById("content")?.dataset ?? {};

// The id of the page, also where another page is shown in its place.
function pageId() {
  const { id } = document.body.dataset;
  if (id) return id;
  const path = location.pathname.slice(root.pathname.length).match(/^V\/([^/]+)/i);
  try {
    return path ? parseId(decodeURIComponent(path[1])) : undefined;
  } catch {
    return undefined;
  }
}

export async function start(section) {
  const id = pageId();
  addEventListener("hashchange", () => {
    // Another claim on the same page: the headline has to be the server's again before it is judged.
    if (fragment()) location.reload();
  });
  if (kind === "offline") offerAnotherTry();
  if (!id) return;
  addEventListener("pageshow", async ({ persisted }) => {
    // A browser that goes back shows the page as it was left, maybe days ago.
    if (persisted) agree(await known.record(id));
  });
  const claim = fragment();
  // Asked for without a claim too: the page may be older than it looks, and this is what can be shown as seen
  // last when there is no network.
  const asked = known.record(id);
  asked.then(agree);
  if (!claim && kind !== "offline") return;
  await loadWords();
  const [keys, record] = await Promise.all([known.keys(), asked]);
  const parts = claim ? await examine(`https://${host}/V/${id}#${claim}`, keys, record, id) : [];
  if (kind === "offline") {
    parts.push(facts([["page.code", grouped(id)]]), ...ages(undefined, record));
    if (!record.last && record.value.state === "unreachable") parts.push(hint(say("code.never-seen")));
  }
  section.replaceChildren(...parts);
}

function offerAnotherTry() {
  const button = document.getElementById("again");
  button.hidden = false;
  button.addEventListener("click", () => location.reload());
}

// What the page shows of the register has to be what the register says now. It may have come from the browser's
// own cache, which is asked first when one goes back, or from a host that has new records and old pages.
export async function agree({ value }) {
  const { state, changed } = value;
  if (!shown.state || state === "unreachable") return;
  const same = state === shown.state;
  if (same && (!changed || changed === shown.revision)) return;
  // Once for each: a host may keep its old page for hours.
  const now = `${state} ${changed}`;
  const again = history.state?.loadedFor !== now;
  if (!same && (shown.state === "in-force" || !again)) {
    // Before the better page is there: it may be long in coming.
    await loadWords().then(() => {
      const sentence = { code: "code.outdated", within: ["state", { code: STATES[state] ?? "state.unknown" }] };
      contradict({ heading: "state.outdated", explanation: sentence, axis: "axis.status", said: sentence });
    }, () => {});
  }
  if (again) {
    history.replaceState({ loadedFor: now }, "");
    location.reload();
  }
}

// The answer about a claim, as elements.
async function examine(link, keys, record, id) {
  const here = location.hostname;
  const remarks = here === host ? [] : [hint(say("code.other-host", { here, host }))];
  remarks.push(...ages(keys, undefined));
  const page = { id, state: shown.state ?? "", record: kind === "record", offline: kind === "offline" };
  let claim;
  try {
    ({ claim } = await answerOf(keys, page, "link", link, () => record));
  } catch (error) {
    const why = error instanceof NoKeys ? "code.no-keys" : "code.not-checked";
    return [banner("open", "h2", say("code.open"), paragraph(say(why))), ...remarks];
  }
  const { tone, heading, said, facts: sealed, contradiction } = claim;
  if (contradiction) contradict(contradiction, document.getElementById("claim"));
  const parts = [banner(tone, "h2", say(heading), ...said.map((sentence) => paragraph(told(sentence))))];
  if (sealed.length > 0) parts.push(paragraph(say("code.sealed-figures")), list(sealed));
  if (claim.sealed) parts.push(hint(told(claim.sealed)));
  return [...parts, ...remarks];
}

// A headline that says that all is well must not stand above what does not hold: it goes, and so does the answer
// to the question that it is about. Any other one says more than that, and what does not hold is said before it,
// in the part of the page where that is said already, if there is one.
export function contradict({ heading, explanation, axis, said: why }, said) {
  const box = (level) => banner("bad", level, say(heading), paragraph(told(explanation)));
  const headline = document.querySelector("main > .banner");
  if (!headline?.classList.contains("good")) {
    headline?.before(said ?? box("h2"));
    return;
  }
  headline.replaceWith(box("h1"));
  document.title = document.title.replace(/^[^:]*/, say(heading));
  const place = ["axis.integrity", "axis.issuer", "axis.status"].indexOf(axis) + 1;
  document.querySelector(`#lines > li:nth-child(${place})`)?.replaceWith(line(axis, "bad", "page.no", why));
}
