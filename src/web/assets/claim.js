// What the claim behind `#` proves, on the page of a document. The server never sees it.

import {
  STATES, ages, banner, day, facts, fragment, grouped, hint, host, kind, line, loadWords, paragraph, parseId, root,
  rupiah, say,
} from "./page.js";
import { NoKeys, verdictOf } from "./ask.js";
import * as known from "./known.js";

// What the page shows of the register: the state, and when it last changed.
const shown = document.getElementById("content")?.dataset ?? {};

const KINDS = { agreement: "page.agreement", pledge: "page.pledge", "action-plan": "page.action-plan" };

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
  const parts = claim ? await examine(`https://${host}/V/${id}#${claim}`, keys, record) : [];
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
      const sentence = say("code.outdated", { state: say(STATES[state] ?? "state.unknown") });
      contradict("state.outdated", sentence, "axis.status", sentence);
    }, () => {});
  }
  if (again) {
    history.replaceState({ loadedFor: now }, "");
    location.reload();
  }
}

// The answer about a claim, as elements.
async function examine(link, keys, record) {
  const here = location.hostname;
  const remarks = here === host ? [] : [hint(say("code.other-host", { here, host }))];
  remarks.push(...ages(keys, undefined));
  if (!keys) return [banner("open", "h2", say("code.open"), paragraph(say("code.no-keys"))), ...remarks];
  let verdict;
  try {
    verdict = await verdictOf(keys, "link", link, record);
  } catch (error) {
    const why = error instanceof NoKeys ? "code.no-keys" : "code.not-checked";
    return [banner("open", "h2", say("code.open"), paragraph(say(why))), ...remarks];
  }
  const { tone, sentence } = judge(verdict, keys);
  if (tone === "open") return [banner("open", "h2", say("code.open"), paragraph(sentence)), ...remarks];
  const wrong = tone === "bad" ? [sentence] : differences(verdict.document.issued, record.value.fields);
  if (wrong.length > 0) {
    const cut = /^claim\.(malformed|no-link)$/.test(verdict.lines.issuer.code);
    const said = document.getElementById("claim");
    if (cut) contradict("state.cut-off", say("code.cut-off"), "axis.integrity", wrong[0], said);
    else contradict("state.mismatch", say("code.mismatch"), "axis.integrity", wrong[0], said);
    return [banner("bad", "h2", say("code.bad"), ...wrong.map(paragraph)), ...remarks];
  }
  return [...good(verdict), ...remarks];
}

// By the findings about seal and content. Status is the page's own headline already, and a link holds no
// signatures that could be missed.
function judge(verdict, keys) {
  const aside = /^(status|qr|picture)\./;
  const findings = verdict.findings.filter((finding) => !aside.test(finding.code));
  const sentence = (finding) => say(finding.code, finding.detail);
  const failed = findings.find((finding) => finding.outcome === "fail");
  if (failed) return { tone: "bad", sentence: sentence(failed) };
  const open = findings.find((finding) => finding.outcome !== "pass");
  // In an address that leads to this page it stands instead of a claim.
  if (/^claim\.(malformed|no-link)$/.test(open?.code)) return { tone: "bad", sentence: say("claim.malformed") };
  // All seals that this institution ever had are among its keys; old keys may lack the newest.
  if (open?.code === "claim.unknown-seal" && keys.fresh) return { tone: "bad", sentence: say("code.foreign-seal") };
  if (open) return { tone: "open", sentence: sentence(open) };
  if (!verdict.document?.issued) return { tone: "open", sentence: say("code.not-checked") };
  return { tone: "good" };
}

// Where the register says something else than the seal.
function differences(issued, fields) {
  if (!fields) return [];
  const pairs = [
    ["page.indicators", String(issued.indicators), String(fields.indicators)],
    ["page.budget", rupiah(issued.budget), rupiah(fields.budget)],
  ];
  return pairs
    .filter(([, sealed, recorded]) => sealed !== recorded)
    .map(([code, sealed, recorded]) => say("code.differs", { what: say(code), sealed, recorded }));
}

function good(verdict) {
  const { issued, kind: what, year } = verdict.document;
  const agreement = what === "agreement";
  const { code } = verdict.lines.status;
  // A genuine seal is no good news where the document is not in force, where the page could not say so, or where
  // nobody compared the content with the register's.
  const holds = code === "status.complete" && shown.state === "in-force" && kind === "record";
  const unreachable = code === "status.unreachable" || kind === "offline";
  const sentence = holds ? "code.good-here" : unreachable ? "code.good-unreachable" : "code.good-only";
  return [
    banner(holds ? "good" : "open", "h2", say("code.good"), paragraph(say(sentence, { by: issued.by }))),
    paragraph(say("code.sealed-figures")),
    facts([
      ["page.issued-by", issued.by],
      ["page.kind", say(KINDS[what])],
      ["page.year", agreement ? String(year) : undefined],
      ["page.number", issued.number],
      ["page.indicators", agreement ? String(issued.indicators) : undefined],
      ["page.budget", issued.budget > 0 ? rupiah(issued.budget) : undefined],
    ]),
    hint(say("code.sealed-on", { day: day(issued.on) })),
  ];
}

// A headline that says that all is well must not stand above what does not hold: it goes, and so does the answer
// to the question that it is about. Any other one says more than that, and what does not hold is said before it,
// in the part of the page where that is said already, if there is one.
export function contradict(heading, explanation, axis, sentence, said) {
  const box = (level) => banner("bad", level, say(heading), paragraph(explanation));
  const headline = document.querySelector("main > .banner");
  if (!headline?.classList.contains("good")) {
    headline?.before(said ?? box("h2"));
    return;
  }
  headline.replaceWith(box("h1"));
  document.title = document.title.replace(/^[^:]*/, say(heading));
  const place = ["axis.integrity", "axis.issuer", "axis.status"].indexOf(axis) + 1;
  document.querySelector(`#lines > li:nth-child(${place})`)?.replaceWith(line(axis, "bad", "page.no", sentence));
}
