// An article as elements: what it is, who speaks, the text with its quotes and names marked.
// Offsets are code points and JavaScript's are UTF-16 units, so the text is cut as an array of code points.

import { byId, day, facts, make, many } from "./make.js";
import { nameOf } from "./panel.js";

const SHOWN = new Set(["PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "LAW", "PRODUCT", "WORK_OF_ART"]);
const COLOURS = 6;

export const titleOf = (article) => article.headline || article.text.trim().split("\n")[0].slice(0, 120) || "Untitled";

// People who speak, in the order of their first quote: name, quotes by number, colour, and their entity if there is one.
function speakersOf(article) {
  const byKey = new Map();
  let next = 0;
  article.quotes.forEach((quote, index) => {
    const key = quote.speaker.entity_id || nameOf(quote);
    if (!byKey.has(key)) {
      const colour = quote.speaker.name ? `s${next++ % COLOURS}` : "s-unknown";
      const entity = article.entities.find((one) => one.entity_id === quote.speaker.entity_id);
      const made = { name: nameOf(quote), roles: quote.speaker.role ? [quote.speaker.role] : [] };
      byKey.set(key, { entity: entity || made, colour, quotes: [] });
    }
    byKey.get(key).quotes.push(index);
  });
  return [...byKey.values()];
}

// Stretches of the text between two borders of marks, each with what covers it.
function piecesOf(article, points) {
  const marks = [];
  article.quotes.forEach((quote, index) => {
    for (const span of quote.spans) marks.push({ ...span, quote: index });
    if (quote.cue) marks.push({ ...quote.cue, cue: true });
  });
  for (const entity of article.entities) {
    if (SHOWN.has(entity.label)) for (const span of entity.mentions) marks.push({ ...span, entity, named: span.kind === "name" });
  }
  marks.sort((a, b) => a.start - b.start);
  const inside = (at) => Math.max(0, Math.min(at, points.length));
  const cuts = new Set([0, points.length, ...marks.flatMap((mark) => [inside(mark.start), inside(mark.end)])]);
  for (let at = 0; at < points.length; at += 1) if (points[at] === "\n") cuts.add(at).add(at + 1);
  const borders = [...cuts].sort((a, b) => a - b);
  const pieces = [];
  let open = [];
  let next = 0;
  for (let i = 0; i + 1 < borders.length; i += 1) {
    const [start, end] = [borders[i], borders[i + 1]];
    open = open.filter((mark) => mark.end > start);
    while (next < marks.length && marks[next].start <= start) {
      if (marks[next].end > start) open = [...open, marks[next]];
      next += 1;
    }
    pieces.push({ text: points.slice(start, end).join(""), marks: open });
  }
  return pieces;
}

const lengthOf = (quote) => quote.spans.reduce((sum, span) => sum + span.end - span.start, 0);

export function paintArticle(article, panel, { tried }) {
  article = { ...article, quotes: article.quotes || [], entities: article.entities || [] };
  const { quotes } = article;
  const speakers = speakersOf(article);
  const speakerOf = new Map(speakers.flatMap((one) => one.quotes.map((index) => [index, one])));
  const byEntity = new Map(speakers.map((one) => [one.entity.entity_id, one]));
  const body = make("div", "text");
  const elements = []; // of the text that can be lit, in order
  const stops = new Map(); // of each quote: where the Tab key finds it
  const asking = []; // what opens the panel
  let deaf = false; // while focus goes back to what opened the panel, which must not open it again

  function light(chosen, opener) {
    for (const element of elements) element.classList.toggle("lit", element.quotes.some((index) => chosen.includes(index)));
    for (const element of asking) element.setAttribute("aria-expanded", String(element === opener));
  }
  function openQuotes(element) {
    const chosen = element.quotes;
    light(chosen, element);
    panel.showQuotes(element.closest("p"), chosen.map((index) => quotes[index]), chosen.map((index) => speakerOf.get(index).colour));
  }
  function openEntity(where, entity, opener) {
    const speaker = byEntity.get(entity.entity_id) || speakers.find((one) => one.entity === entity);
    const chosen = speaker ? speaker.quotes : [];
    light(chosen, opener);
    const said = chosen.map((index) => ({ quote: quotes[index], colour: speaker.colour, reveal: () => reveal(index) }));
    panel.showEntity(where, entity, said);
  }
  function reveal(index) {
    const stop = stops.get(index);
    stop.scrollIntoView({ block: "center" });
    stop.focus();
  }
  function react(element, open, events = ["click", "focus"]) {
    const opened = () => {
      if (!deaf) open();
    };
    for (const event of events) element.addEventListener(event, opened);
    // Where the panel opens in the text, it would move the text under the pointer that passes, or under the scrolled page.
    element.addEventListener("mouseenter", () => {
      if (panel.isBeside()) opened();
    });
  }
  function asks(element) {
    element.setAttribute("aria-expanded", "false");
    element.setAttribute("aria-controls", "detail");
    asking.push(element);
  }

  let paragraph = null;
  for (const { text, marks } of piecesOf(article, Array.from(article.text))) {
    if (text === "\n") {
      paragraph = null;
      continue;
    }
    if (!paragraph) {
      if (!text.trim() && !marks.length) continue;
      paragraph = make("p");
      body.append(paragraph);
    }
    const piece = make("span", "", text);
    // The shortest first: inside a quote, what is quoted there is what was pointed at.
    piece.quotes = [...new Set(marks.filter((mark) => mark.quote !== undefined).map((mark) => mark.quote))];
    piece.quotes.sort((a, b) => lengthOf(quotes[a]) - lengthOf(quotes[b]) || b - a);
    const named = marks.findLast((mark) => mark.entity); // the one that begins last is the innermost
    if (named) piece.classList.add(named.named ? "e" : "ref", named.entity.label);
    if (marks.some((mark) => mark.cue)) piece.classList.add("cue");
    if (piece.quotes.length) {
      piece.classList.add("q", speakerOf.get(piece.quotes[0]).colour);
      elements.push(piece);
      react(piece, () => openQuotes(piece));
    } else if (named) {
      react(piece, () => openEntity(piece.closest("p"), named.entity, null), ["click"]);
    }
    paragraph.append(piece);
  }
  // One stop a quote: where it is the innermost one, so that each leads its panel once; else where it begins.
  quotes.forEach((quote, index) => {
    const own = elements.find((element) => element.quotes[0] === index) || elements.find((element) => element.quotes.includes(index));
    if (!own) return;
    stops.set(index, own);
    own.tabIndex = 0;
    own.setAttribute("role", "button");
    if (!own.hasAttribute("aria-expanded")) asks(own);
  });
  body.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.quotes) {
      event.preventDefault();
      event.target.click();
    }
  });
  panel.cleared = (inside) => {
    const opener = asking.find((element) => element.getAttribute("aria-expanded") === "true");
    light([], null);
    if (!inside) return;
    deaf = true;
    (opener || byId("article")).focus({ preventScroll: true });
    deaf = false;
  };

  const root = document.createDocumentFragment();
  if (tried) root.append(make("p", "tried", "Tried on this page, published nowhere"));
  root.append(...head(article), who(speakers, { asks, react, openEntity }), legend(), body, cleaned(article));
  return { root, reveal, speakers };
}

function head(article) {
  const publisher = article.publisher && (article.publisher.name || article.publisher.domain);
  const agency = article.agency && article.agency !== publisher ? article.agency : "";
  const headline = make("h2", "", titleOf(article));
  headline.id = "headline";
  const parts = [make("p", "kicker", [publisher, agency, day(article.published_at)].filter(Boolean).join(" · ")), headline];
  const byline = make("p", "kicker", article.authors && article.authors.length ? `By ${article.authors.join(", ")}` : "");
  if (/^https?:\/\//i.test(article.url || "")) {
    const link = make("a", "", article.url);
    link.href = article.url;
    link.rel = "noopener noreferrer";
    if (byline.textContent) byline.append(" · ");
    byline.append(link);
  }
  return [...parts, byline];
}

function who(speakers, { asks, react, openEntity }) {
  const box = make("div", "who");
  const chips = make("div", "chips");
  for (const speaker of speakers) {
    const chip = make("button", speaker.colour);
    chip.type = "button";
    chip.append(make("strong", "", speaker.entity.name), ` ${speaker.quotes.length}`);
    const [role] = speaker.entity.roles || [];
    if (role) chip.append(make("span", "role", ` · ${role}`));
    chip.setAttribute("aria-label", `${speaker.entity.name}${role ? `, ${role}` : ""}: ${many(speaker.quotes.length, "quote")}`);
    asks(chip);
    react(chip, () => openEntity(chips, speaker.entity, chip));
    chips.append(chip);
  }
  box.append(make("h3", "", speakers.length ? "Who speaks" : "Nobody is quoted"), chips);
  return box;
}

function legend() {
  const line = make("p", "legend");
  line.append(make("span", "sample s0", "quote, a colour a speaker"), make("span", "cue", "cue"));
  for (const [label, words] of [["PERSON", "person"], ["ORG", "organisation"], ["GPE", "place"], ["other", "other name"]]) {
    line.append(make("span", `e ${label}`, words));
  }
  return line;
}

function cleaned(article) {
  const box = make("details", "cleaned");
  const taken = (article.removed || []).map((one) => [one.reason, many(one.chars, "character")]);
  box.append(make("summary", "", "How it was cleaned"));
  box.append(
    facts(
      [
        ["method", article.extraction && article.extraction.method],
        ["language", article.language],
        ...taken.map(([reason, chars]) => [`without ${reason}`, chars]),
        ...(article.warnings || []).map((warning) => ["warning", warning]),
      ],
      "facts",
    ),
  );
  return box;
}
