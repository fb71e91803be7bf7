// An article as elements. Every string of an article is put in as text; no markup is ever parsed.
// Offsets are code points and JavaScript's are UTF-16 units, so the text is cut as an array of code points.

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = String(text);
  return element;
}

export const nameOf = (quote) => quote.speaker.name || "unknown speaker";
const LABELS = new Set(["PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "LAW", "PRODUCT", "WORK_OF_ART"]);

function describe(quote) {
  const facts = [
    nameOf(quote) + (quote.speaker.role ? `, ${quote.speaker.role}` : ""),
    quote.type,
    quote.cue ? `cue “${quote.cue.exact}”` : "no cue",
    `rule ${quote.provenance.rule}`,
    `confidence ${quote.confidence.toFixed(2)}`,
  ];
  return facts.join(" · ");
}

export function paintArticle(article) {
  const root = document.createDocumentFragment();
  const quotes = article.quotes || [];
  const entities = (article.entities || []).filter((entity) => LABELS.has(entity.label));
  root.append(make("h3", "", article.headline || article.text.trim().split("\n")[0].slice(0, 120)));
  if (/^https?:\/\//i.test(article.url || "")) {
    const link = make("a", "", article.url);
    link.href = article.url;
    link.rel = "noopener noreferrer";
    root.append(link);
  }
  const detail = make("div", "faint", "Point at or tab to a quote or a speaker.");
  detail.id = "detail";
  detail.setAttribute("role", "status");
  const body = make("div", "text");
  const light = (chosen) => {
    for (const piece of body.querySelectorAll(".q")) {
      piece.classList.toggle("lit", chosen.some((index) => piece.quotes.includes(index)));
    }
    const lines = chosen.map((index) => make("div", "", `${describe(quotes[index])}: ${quotes[index].text}`));
    detail.replaceChildren(...lines);
  };
  const react = (element, chosen) => {
    for (const event of ["mouseenter", "focus", "click"]) element.addEventListener(event, () => light(chosen));
  };
  const marks = [];
  quotes.forEach((quote, index) => {
    for (const span of quote.spans) marks.push({ ...span, quote: index });
    if (quote.cue) marks.push({ ...quote.cue, cue: true });
  });
  for (const entity of entities) for (const span of entity.mentions) marks.push({ ...span, label: entity.label });

  const points = Array.from(article.text);
  const cuts = [...new Set([0, points.length, ...marks.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
  marks.sort((a, b) => a.start - b.start);
  const seen = new Set();
  let open = [];
  let next = 0;
  for (let i = 0; i + 1 < cuts.length; i += 1) {
    const [start, end] = [cuts[i], cuts[i + 1]];
    while (next < marks.length && marks[next].start <= start) open.push(marks[next++]);
    open = open.filter((mark) => mark.end > start);
    const piece = make("span", "", points.slice(start, end).join(""));
    piece.quotes = open.filter((mark) => mark.quote !== undefined).map((mark) => mark.quote);
    const labelled = open.find((mark) => mark.label);
    if (labelled) piece.classList.add("e", labelled.label);
    if (open.some((mark) => mark.cue)) piece.classList.add("cue");
    if (piece.quotes.length) {
      piece.classList.add("q");
      react(piece, piece.quotes);
      const first = piece.quotes.filter((index) => !seen.has(index));
      first.forEach((index) => seen.add(index));
      if (first.length) piece.tabIndex = 0; // one stop a quote, not one a piece
    }
    body.append(piece);
  }
  const speakers = new Map();
  quotes.forEach((quote, index) => {
    const key = quote.speaker.entity_id || nameOf(quote);
    speakers.set(key, [...(speakers.get(key) || []), index]);
  });
  const chips = make("div", "chips");
  for (const chosen of speakers.values()) {
    const chip = make("button", "speaker", `${nameOf(quotes[chosen[0]])} ${chosen.length}`);
    chip.type = "button";
    react(chip, chosen);
    chips.append(chip);
  }
  root.append(make("h4", "", speakers.size ? "Who speaks" : "Nobody is quoted"), chips, make("h4", "", "Text"), body, detail);
  return root;
}
