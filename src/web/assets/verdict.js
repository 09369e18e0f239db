// A verdict (pk-verdict/1) as elements: the same structure, classes and words as src/web/page/verdict.rs.

import {
  banner, day, facts, fieldName, grouped, hint, host, line, localTime, make, mark, pageOf, paragraph, printable, rupiah, say,
} from "./page.js";

const OVERALL = {
  "TOTAL-PASSED": ["good", "verdict.passed"],
  "TOTAL-FAILED": ["bad", "verdict.failed"],
  INDETERMINATE: ["open", "verdict.indeterminate"],
  "NOT-IN-FORCE": ["moved", "verdict.ended"],
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
  changed: ["open", "page.signature-changed"],
};

const sentence = ({ code, detail }) => say(code, detail);
const all = ({ findings, signatures }) => [...findings, ...signatures.flatMap((signature) => signature.findings)];

// Colour, heading, and the sentence of what decided, if there is one. `fresh` says that the keys are those of today.
function headline(verdict, fresh) {
  const { issuer, status } = verdict.lines;
  const found = (check) => verdict.findings.some(({ code }) => check(code));
  const elsewhere = found((code) => code === "qr.foreign-host");
  // Every file has a finding about it as a document.
  const isLink = !found((code) => code.startsWith("document."));
  // It leads here, and all seals that this institution ever had are among its keys.
  if (isLink && !elsewhere && fresh && issuer.code === "claim.unknown-seal") {
    return ["bad", "code.bad", say("code.foreign-seal")];
  }
  if (isLink && !elsewhere && issuer.outcome === "yes" && verdict.overall !== "TOTAL-FAILED") {
    // All that a code can prove, it has proven: it must not look like one of an unknown seal.
    if (status.outcome === "yes") return ["good", "code.good", say("code.good-here", verdict.document.issued)];
    return [...(verdict.overall === "NOT-IN-FORCE" ? OVERALL["NOT-IN-FORCE"] : ["open", "code.good"]), sentence(status)];
  }
  const wanted = { "TOTAL-FAILED": "no", "NOT-IN-FORCE": "no", INDETERMINATE: "unknown" }[verdict.overall];
  const decided = AXES.map(([axis]) => verdict.lines[axis]).find(({ outcome }) => outcome === wanted);
  // Of a code, everything hangs on its issuer.
  const reason = isLink && issuer.outcome !== "yes" ? issuer : decided;
  // What the register says counts whatever else is not known.
  const ended = verdict.overall === "INDETERMINATE" && status.outcome === "no" ? `${sentence(status)}; ` : "";
  const said = reason && ended + sentence(reason);
  const genuine = verdict.overall === "NOT-IN-FORCE" && verdict.lines.integrity.outcome === "yes";
  return [
    ...(elsewhere ? ["bad", "code.bad"] : OVERALL[verdict.overall]),
    genuine ? say("verdict.genuine", { status: said }) : said,
  ];
}

// Where a code leads, if that is not the page of those who ask. It moves no line, and is what a forger has to
// change first.
const whereto = (verdict) => verdict.findings.filter(({ code }) => code.startsWith("qr.")).map(sentence);

// What no answer leaves out besides, and in one sentence that the file is written in ways that are tolerated.
function notices(verdict) {
  const found = all(verdict);
  const said = found.filter(({ notice, code }) => notice && !code.startsWith("qr.")).map(sentence);
  if (found.some(({ code }) => code === "document.unsigned")) said.unshift(say("check.scan"));
  const { size } = new Set(found.map(({ code }) => code).filter((code) => /^[a-z]+\.tolerated-/.test(code)));
  return size > 0 ? [...said, say("page.tolerated", { count: String(size) })] : said;
}

// Whose root vouches: all that are trusted here are those that this page itself publishes.
function roots({ document, signatures }) {
  const found = [document?.issued, ...signatures].map((part) => part?.root).filter(Boolean);
  const each = new Map(found.map((root) => [root.fingerprint, root]));
  const said = ({ name, fingerprint }) => say("page.root", { name, start: fingerprint.slice(0, 16) });
  return [...each.values()].map((root) => hint(said(root)));
}

// By whose authority the certificates are, as far as that is known.
function authority({ profile, document, signatures }) {
  const signed = signatures.length > 0;
  const proven = signed ? signatures.every(({ chain }) => chain === "pass") : document?.claim === "pass";
  if (profile === "own" && proven) return [hint(say("page.uncertified"))];
  return signed ? [hint(say("page.authority-open"))] : [];
}

// The whole answer. `claim` is what the link of its document's page has behind `#`.
export function elements(verdict, claim = "", fresh = false) {
  const [tone, heading, reason] = headline(verdict, fresh);
  const { status } = verdict.lines;
  const unknown = status.code === "status.unknown-document" ? sentence(status) : undefined;
  const said = [...new Set([...whereto(verdict), reason, unknown, ...notices(verdict)])].filter(Boolean);
  return [
    banner(tone, "h2", say(heading), ...said.map(paragraph)),
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
    ...roots(verdict),
    ...authority(verdict),
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
      ["page.year", agreement ? String(year) : undefined],
      ["page.number", issued.number],
      ["page.indicators", agreement ? String(issued.indicators) : undefined],
      ["page.budget", issued.budget > 0 ? rupiah(issued.budget) : undefined],
    ]),
    hint(say("code.sealed-on", { day: day(issued.on) })),
    ...(own ? [make("p", {}, make("a", { href: pageOf(id) + claim }, say("check.open-page")))] : []),
  ];
}

// A signature as a whole: its worst finding, and never good without any.
function worst(signature) {
  const outcomes = signature.findings.map((finding) => finding.outcome);
  if (outcomes.includes("fail")) return "fail";
  // Nothing against the signer.
  if (signature.changes_after === "forbidden") return "changed";
  return outcomes.length === 0 || outcomes.includes("not-checked") ? "not-checked" : "pass";
}

function signers(signatures) {
  if (signatures.length === 0) return [];
  const items = signatures.map((signature) => {
    const [tone, word] = SIGNATURES[worst(signature)];
    const time = signature.claimed_time;
    return make(
      "li", { class: tone },
      make("p", {}, make("strong", {}, signature.signer === null ? fieldName(signature.field) : printable(signature.signer))),
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
  const rows = all(verdict).map((finding) => make(
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
