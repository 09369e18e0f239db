// A verdict (pk-verdict/1) as elements: the same structure, classes and words as src/web/page/verdict.rs.

import {
  banner, day, facts, grouped, hint, host, line, localTime, make, mark, pageOf, paragraph, printable, rupiah, say,
} from "./page.js";

const OVERALL = {
  "TOTAL-PASSED": ["good", "verdict.passed"],
  "TOTAL-FAILED": ["bad", "verdict.failed"],
  INDETERMINATE: ["open", "verdict.indeterminate"],
};
const AXES = [
  ["integrity", "axis.integrity"], ["issuer", "axis.issuer"], ["status", "axis.status"], ["time", "axis.time"],
];
const ANSWERS = { yes: ["good", "page.yes"], no: ["bad", "page.no"], unknown: ["open", "page.unknown"] };
const OUTCOMES = { pass: ["good", "page.yes"], fail: ["bad", "page.no"], "not-checked": ["open", "page.unknown"] };
const SIGNATURES = {
  pass: ["good", "page.signature-good"],
  fail: ["bad", "page.signature-bad"],
  "not-checked": ["open", "page.signature-open"],
};

// The sentence of the line that decided; nothing if everything holds.
function reason(verdict) {
  const wanted = { "TOTAL-FAILED": "no", INDETERMINATE: "unknown" }[verdict.overall];
  const decided = AXES.map(([axis]) => verdict.lines[axis]).find((answer) => answer.outcome === wanted);
  return decided && paragraph(say(decided.code, decided.detail));
}

// The whole answer. `claim` is what the link of its document's page has behind `#`.
export function elements(verdict, claim = "") {
  const [tone, headline] = OVERALL[verdict.overall];
  return [
    banner(tone, "h2", say(headline), reason(verdict)),
    make("ul", { class: "lines" }, ...AXES.map(([axis, name]) => {
      const answer = verdict.lines[axis];
      return line(name, ...ANSWERS[answer.outcome], say(answer.code, answer.detail));
    })),
    ...compare(verdict.document, claim),
    ...signers(verdict.signatures),
    make(
      "details", {}, make("summary", {}, say("page.all-checks")), table(verdict),
      make("p", {}, "SHA-256: ", make("code", {}, verdict.sha256)),
    ),
    hint(say("page.uncertified")),
    make("p", {}, download(verdict)),
  ];
}

function compare(document, claim) {
  if (!document?.issued) return [];
  const { id, issued, kind, year } = document;
  const own = issued.host === host;
  const agreement = kind === "agreement";
  const link = make("a", { href: pageOf(id) + claim }, grouped(id));
  return [
    make("h3", {}, say("page.compare")),
    facts([
      ["page.code", own ? link : grouped(id)],
      ["page.issued-by", issued.by],
      ["page.year", String(year)],
      ["page.number", issued.number],
      ["page.indicators", agreement ? String(issued.indicators) : undefined],
      ["page.budget", agreement ? rupiah(issued.budget) : undefined],
      ["page.issued", day(issued.on)],
    ]),
    ...(own ? [make("p", {}, make("a", { href: pageOf(id) + claim }, say("check.open-page")))] : []),
  ];
}

// A signature as a whole: its worst finding, and never good without any.
function worst(signature) {
  const outcomes = signature.findings.map((finding) => finding.outcome);
  if (outcomes.includes("fail") || signature.changes_after === "forbidden") return "fail";
  return outcomes.length === 0 || outcomes.includes("not-checked") ? "not-checked" : "pass";
}

function signers(signatures) {
  if (signatures.length === 0) return [];
  const items = signatures.map((signature) => {
    const [tone, word] = SIGNATURES[worst(signature)];
    const time = signature.claimed_time;
    return make(
      "li", { class: tone },
      make("p", {}, make("strong", {}, printable(signature.signer ?? signature.field))),
      make("p", {}, mark(tone, word)),
      time ? paragraph(say("page.claimed-time", { time: localTime(time) })) : undefined,
    );
  });
  return [make("h3", {}, say("page.signers")), make("ol", { class: "signers" }, ...items)];
}

function place(text) {
  const part = (text) => {
    const [what, number] = text.split(" ");
    if (what === "object") return say("place.object", { number });
    if (what === "revision") return say("place.revision", { number });
    return printable(text);
  };
  return text.split(", ").map(part).join(", ");
}

function table(verdict) {
  const findings = [...verdict.findings, ...verdict.signatures.flatMap((signature) => signature.findings)];
  const rows = findings.map((finding) => make(
    "tr", {},
    make("td", {}, mark(...OUTCOMES[finding.outcome])),
    make(
      "td", {}, say(finding.code, finding.detail), finding.where ? ` (${place(finding.where)})` : undefined, " ",
      make("code", {}, finding.code),
    ),
  ));
  const column = (code) => make("th", { scope: "col" }, say(code));
  return make(
    "table", {},
    make("thead", {}, make("tr", {}, column("page.result"), column("page.finding"))),
    make("tbody", {}, ...rows),
  );
}

function download(verdict) {
  const blob = new Blob([JSON.stringify(verdict)], { type: "application/json" });
  const link = make("a", { download: "verdict.json", class: "noprint" }, say("check.save-json"));
  link.href = URL.createObjectURL(blob);
  return link;
}
