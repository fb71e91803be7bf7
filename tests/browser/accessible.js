// What WCAG 2.2 AA asks of a page and a script can see. Each function returns what is wrong.

// Of every text that is shown: its contrast with what is behind it; 4.5 to 1, or 3 to 1 where it is large (1.4.3).
// Of fields: that of their border, 3 to 1 (1.4.11); buttons with words in them need none.
function contrast() {
  const parse = (colour) => { const n = colour.match(/[\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const luminance = (c) => [0, 1, 2].map((i) => c[i] / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const wrong = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const style = getComputedStyle(element);
    if (!node.data.trim() || !element.getClientRects().length || style.visibility !== "visible") continue;
    if (element.closest(".unseen, :disabled, script, style, datalist")) continue;
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const background = behind(element);
    const found = ratio(over(parse(style.color), background), background);
    seen += 1;
    if (found < (large ? 3 : 4.5)) wrong.push(`${found.toFixed(2)} ${element.className}: ${node.data.trim().slice(0, 40)}`);
  }
  // Borders of what can be operated, 3 to 1 with what is around (1.4.11); buttons with words in them need none.
  for (const element of document.querySelectorAll("input, textarea")) {
    if (!element.getClientRects().length) continue;
    seen += 1;
    const border = ratio(parse(getComputedStyle(element).borderTopColor), behind(element.parentElement));
    if (border < 3) wrong.push(`border ${border.toFixed(2)} #${element.id}`);
  }
  return {seen, wrong};
}

// Names, labels, landmarks, headings, ids (1.3.1, 2.4.6, 3.1.1, 4.1.2), and targets of 24 pixels (2.5.8).
function structure() {
  const wrong = [];
  const shown = (element) => element.getClientRects().length > 0;
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title) wrong.push("no title");
  for (const [what, count] of [["main", 1], ["h1", 1], ["body > header", 1]]) {
    if (document.querySelectorAll(what).length !== count) wrong.push(`${what} is not there ${count} time`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id is there twice");
  const named = (element) => {
    const by = element.getAttribute("aria-labelledby");
    if (by) return by.split(" ").every((id) => document.getElementById(id)?.textContent.trim());
    return element.getAttribute("aria-label")?.trim() || (element.labels && [...element.labels].some((label) => label.textContent.trim()))
      || (!element.matches("input, textarea, section, aside") && element.textContent.trim());
  };
  for (const element of document.querySelectorAll("section, aside, button, a, input, textarea, summary, [tabindex='0']")) {
    if (shown(element) && !named(element)) wrong.push(`no name: ${element.outerHTML.slice(0, 80)}`);
  }
  for (const element of document.querySelectorAll("[tabindex='0']")) {
    if (!element.getAttribute("role")) wrong.push(`focus without a role: ${element.outerHTML.slice(0, 80)}`);
  }
  for (const element of document.querySelectorAll("svg")) if (element.getAttribute("aria-hidden") !== "true") wrong.push("a drawing is not hidden");
  for (const cell of document.querySelectorAll("th")) if (!cell.scope) wrong.push("a table head has no scope");
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`from h${level} to ${heading.outerHTML}`);
    level = next;
  }
  for (const element of document.querySelectorAll("button, input, textarea")) {
    const box = element.getBoundingClientRect();
    if (shown(element) && (box.width < 24 || box.height < 24)) wrong.push(`small: ${element.outerHTML.slice(0, 80)} ${box.width}x${box.height}`);
  }
  return wrong;
}

// Nothing wider than the window (1.4.10), and nothing that lies over something else of the page.
function overlaps() {
  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${document.documentElement.scrollWidth} pixels wide`);
  const inside = (element, box) => element.contains(box) || box.contains(element);
  const blocks = [...document.querySelectorAll(".figure, #reasons, #list, #search, #headline, .who h3, .chips, .text p, #try, .detail, .cleaned")];
  const boxes = blocks.map((element) => [element, element.getBoundingClientRect()]).filter(([, box]) => box.width && box.height);
  boxes.forEach(([a, one], index) => {
    for (const [b, other] of boxes.slice(index + 1)) {
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 1 && high > 1 && !inside(a, b)) wrong.push(`${a.className || a.id} and ${b.className || b.id}`);
    }
  });
  for (const element of document.querySelectorAll("body *")) {
    const box = element.getBoundingClientRect();
    if (element.getClientRects().length && !element.closest(".unseen, .skip, svg, #list, datalist") && (box.right > innerWidth + 1 || box.left < -1)) {
      wrong.push(`beyond the window: ${element.outerHTML.slice(0, 80)}`);
    }
  }
  return wrong;
}

// How many elements move by themselves or glide (2.3.3).
function motion() {
  return [...document.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  return style.animationName !== "none" || (style.transitionDuration !== "0s" && style.transitionProperty !== "none");
}).length;
}
