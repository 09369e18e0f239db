// An answer as elements: the same structure and classes as src/web/page/verdict.rs, of the same values, which the
// verifier decides (crates/trust/src/present).

import {
  banner, fieldName, grouped, hint, line, make, mark, pageOf, paragraph, printable, say, sayAll, told,
} from "./page.js";

// The whole answer. `claim` is what the link of its document's page has behind `#`.
export function elements({ verdict, shown }, claim = "") {
  return [
    banner(shown.tone, "h2", say(shown.heading), ...shown.paragraphs.map((said) => paragraph(sayAll(said, "; ")))),
    make("ul", { class: "lines" }, ...shown.lines.map(({ axis, tone, word, said }) => line(axis, tone, word, said))),
    ...compare(shown, claim),
    ...signers(shown.signatures),
    make(
      "details", {}, make("summary", {}, say("page.all-checks")), table(shown.rows),
      make("p", {}, "SHA-256: ", make("code", {}, verdict.sha256)),
    ),
    ...shown.trust.map((said) => hint(told(said))),
    make("p", {}, download(verdict)),
  ];
}

function compare({ facts, sealed, page }, claim) {
  if (facts.length === 0) return [];
  const here = page && pageOf(page) + claim;
  return [
    make("h3", {}, say("page.compare")),
    list(facts, here),
    ...(sealed ? [hint(told(sealed))] : []),
    ...(here ? [make("p", {}, make("a", { href: here }, say("check.open-page")))] : []),
  ];
}

// What the seal vouches for; `here` is where its code leads, if that is a page of this host.
export function list(facts, here) {
  return make("dl", { class: "facts" }, ...facts.map(({ label, id, text, said }) => {
    const code = id && grouped(id);
    const value = id && here ? make("a", { href: here }, code) : code ?? (said ? told(said) : printable(text));
    return make("div", {}, make("dt", {}, say(label)), make("dd", id ? { class: "code" } : {}, value));
  }));
}

function signers(signatures) {
  if (signatures.length === 0) return [];
  const items = signatures.map(({ tone, word, signer, field, time }) => make(
    "li", { class: tone },
    make("p", {}, make("strong", {}, signer === null ? fieldName(field) : printable(signer))),
    make("p", {}, mark(tone, word)),
    time ? paragraph(told(time)) : undefined,
  ));
  return [make("h3", {}, say("page.signers")), make("ol", { class: "signers" }, ...items)];
}

function table(checks) {
  const rows = checks.map(({ tone, word, said, place }) => make(
    "tr", {},
    make("td", {}, mark(tone, word)),
    make("td", {}, told(said), place ? ` (${sayAll(place, ", ")})` : undefined, " ", make("code", {}, said.code)),
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
