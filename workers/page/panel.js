// The panel that tells who said it: beside the text where there is room, else below the paragraph that was asked about.

import { byId, draw, facts, make, many, say } from "./make.js";

const WIDE = window.matchMedia("(min-width: 76.01rem)"); // as in page.css
export const nameOf = (quote) => quote.speaker.name || "unknown speaker";

const HOW = {
  explicit: "named", pronoun: "by a pronoun", nominal: "by a description", carried: "from the sentence before", unknown: "not known",
};
const LABELS = {
  PERSON: "person", ORG: "organisation", GPE: "country or city", LOC: "place", FAC: "building", NORP: "group", EVENT: "event",
  LAW: "law", PRODUCT: "product", WORK_OF_ART: "work",
};

function close(panel) {
  const button = make("button", "close", "×");
  button.type = "button";
  button.setAttribute("aria-label", "Close");
  button.addEventListener("click", panel.clear);
  return button;
}

function confidence(quote) {
  const held = make("span", "", quote.confidence.toFixed(2));
  const part = { class: "part", width: 100 * quote.confidence, height: 4 };
  held.append(draw("meter", 100, 4, ["rect", { class: "all", width: 100, height: 4 }], ["rect", part]));
  return held;
}

function quoteFacts(quote) {
  const { speaker, provenance } = quote;
  const mention = speaker.mention && speaker.mention.exact !== speaker.name ? `, “${speaker.mention.exact}”` : "";
  return facts([
    ["kind", quote.type],
    ["cue", quote.cue ? `“${quote.cue.exact}”` : "none"],
    ["speaker", `${HOW[speaker.resolution] || speaker.resolution}${mention}`],
    ["to", quote.addressee],
    ["rule", [provenance.rule, provenance.cue_class, provenance.speaker_rule].filter(Boolean).join(" · ")],
    ["confidence", confidence(quote)],
  ]);
}

function quoteCard(quote, colour) {
  const card = make("article");
  card.append(make("p", "name", nameOf(quote)));
  if (quote.speaker.role) card.append(make("p", "faint", quote.speaker.role));
  card.append(make("p", `said ${colour}`, quote.text), quoteFacts(quote));
  return card;
}

function entityCard(entity, said, panel) {
  const card = make("article");
  card.append(make("p", "name", entity.name));
  if (entity.roles && entity.roles.length) card.append(make("p", "faint", entity.roles.join(", ")));
  card.append(
    facts([
      ["is a", LABELS[entity.label]],
      ["of", (entity.affiliations || []).join(", ")],
      ["also", (entity.aliases || []).filter((alias) => alias !== entity.name).join(", ")],
      ["country", entity.country],
      ["mentioned", entity.mentions ? many(entity.mentions.length, "time") : null],
      ["quoted", said.length ? many(said.length, "time") : null],
    ]),
  );
  for (const { quote, colour, reveal } of said) {
    const button = make("button", `said ${colour}`, quote.text);
    button.type = "button";
    button.addEventListener("click", reveal);
    card.append(button);
  }
  if (said.length && said[0].quote.speaker.name) {
    const find = make("button", "find", `All articles with ${entity.name}`);
    find.type = "button";
    find.addEventListener("click", () => panel.find(entity.name));
    card.append(find);
  }
  return card;
}

// `find` is called with a name to search for, `cleared` when the panel is closed: whether focus was inside.
export function makePanel({ find }) {
  const box = make("aside", "detail");
  box.id = "detail";
  box.setAttribute("aria-label", "Who said it");
  let anchor = null;
  const hint = () => {
    box.replaceChildren(make("p", "faint", "Point at a quote, a speaker or a name, or go there with the Tab key: here it says who, how, and why we think so."));
  };
  const place = () => {
    if (WIDE.matches) byId("side").append(box);
    else if (anchor && anchor.isConnected) anchor.after(box);
    else box.remove();
  };
  WIDE.addEventListener("change", place);
  const panel = {
    find,
    cleared: () => {},
    isBeside: () => WIDE.matches,
    show(where, words, ...content) {
      anchor = where;
      box.replaceChildren(close(panel), ...content);
      place();
      say(byId("said"), words);
    },
    showQuotes(where, quotes, colours) {
      const words = quotes.map((quote) => `${nameOf(quote)}, ${quote.type}, confidence ${quote.confidence.toFixed(2)}`);
      panel.show(where, words.join("; "), ...quotes.map((quote, index) => quoteCard(quote, colours[index])));
    },
    showEntity(where, entity, said) {
      panel.show(where, `${entity.name}, ${many(said.length, "quote")}`, entityCard(entity, said, panel));
    },
    clear() {
      const inside = box.contains(document.activeElement);
      anchor = null;
      hint();
      place();
      say(byId("said"), "");
      panel.cleared(inside);
    },
  };
  hint();
  place();
  return panel;
}
