// What the claim behind `#` proves, on the page of a document. The server never sees it.

import {
  ages, banner, day, facts, grouped, hint, host, kind, line, loadWords, paragraph, parseId, root, rupiah, say,
} from "./page.js";
import * as known from "./known.js";
import { verifier } from "./verifier.js";

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

// What stands behind `#`, unless it is a place on this page.
function fragment() {
  const text = location.hash.slice(1);
  return document.getElementById(text) ? "" : text;
}

export async function start(section) {
  const id = pageId();
  addEventListener("hashchange", () => {
    // Another claim on the same page: the headline has to be the server's again before it is judged.
    if (fragment()) location.reload();
  });
  if (!id) return;
  const claim = fragment();
  // Asked for without a claim too: it is what can be shown as seen last when there is no network.
  const asked = known.record(id);
  if (!claim && kind !== "offline") return;
  await loadWords();
  if (claim) section.replaceChildren(paragraph(say("code.checking")));
  const [keys, record] = await Promise.all([known.keys(), asked]);
  const parts = claim ? await examine(`https://${host}/V/${id}#${claim}`, keys, record) : [];
  if (kind === "offline") {
    parts.push(facts([["page.code", grouped(id)]]), ...ages(undefined, record));
    if (!record.last && record.value.state === "unreachable") parts.push(hint(say("code.never-seen")));
  }
  section.replaceChildren(...parts);
}

// The answer about a claim, as elements.
async function examine(link, keys, record) {
  const here = location.hostname;
  const remarks = here === host ? [] : [hint(say("code.other-host", { here, host }))];
  remarks.push(...ages(keys, undefined));
  if (!keys) return [banner("open", "h2", say("code.open"), paragraph(say("code.no-keys"))), ...remarks];
  let verdict;
  try {
    verdict = await (await verifier(keys.text, host)).link(link, record.text, Date.now());
  } catch {
    return [banner("open", "h2", say("code.open"), paragraph(say("code.not-checked"))), ...remarks];
  }
  const { tone, sentence } = judge(verdict, keys);
  if (tone === "open") return [banner("open", "h2", say("code.open"), paragraph(sentence)), ...remarks];
  const wrong = tone === "bad" ? [sentence] : differences(verdict.document.issued, record.value.fields);
  if (wrong.length > 0) {
    const cut = /^claim\.(malformed|no-link)$/.test(verdict.lines.issuer.code);
    contradict(cut ? ["state.cut-off", "code.cut-off"] : ["state.mismatch", "code.mismatch"], wrong[0]);
    return [banner("bad", "h2", say("code.bad"), ...wrong.map(paragraph)), ...remarks];
  }
  return [...good(verdict, record), ...remarks];
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
  if (open?.code === "claim.no-link") return { tone: "bad", sentence: say("claim.malformed") };
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

function good(verdict, record) {
  const { issued, kind: what, year } = verdict.document;
  const agreement = what === "agreement";
  const { state } = record.value;
  // A genuine seal is no good news where the document is not in force, or where the page could not say so.
  const holds = state === "in-force" && kind === "record";
  const unreachable = state === "unreachable" || kind === "offline";
  const sentence = holds ? "code.good-here" : unreachable ? "code.good-unreachable" : "code.good-only";
  return [
    banner(holds ? "good" : "open", "h2", say("code.good"), paragraph(say(sentence, { by: issued.by }))),
    paragraph(say("code.sealed-figures")),
    facts([
      ["page.issued-by", issued.by],
      ["page.kind", say(KINDS[what])],
      ["page.year", String(year)],
      ["page.number", issued.number],
      ["page.indicators", agreement ? String(issued.indicators) : undefined],
      ["page.budget", agreement ? rupiah(issued.budget) : undefined],
      ["page.issued", day(issued.on)],
    ]),
  ];
}

// A headline that says that all is well must not stand above what does not hold. Any other one says more than
// that, and what does not hold is said before it.
export function contradict([heading, explanation], sentence) {
  const headline = document.querySelector("main > .banner");
  if (!headline?.classList.contains("good")) {
    headline?.before(document.getElementById("claim"));
    return;
  }
  headline.replaceWith(banner("bad", "h1", say(heading), paragraph(say(explanation))));
  document.title = document.title.replace(/^[^:]*/, say(heading));
  document.querySelector("#lines > li")?.replaceWith(line("axis.integrity", "bad", "page.no", sentence));
}
