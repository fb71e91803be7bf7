// Elements, made one way: every string is put in as text, and no markup is ever parsed.

const SVG = "http://www.w3.org/2000/svg";

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = String(text);
  return element;
}

// A drawing, hidden from assistive technology: what it shows is said in words beside it.
export function draw(className, width, height, ...shapes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", className);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
  }
  return svg;
}

// Names and values, as a definition list; pairs without a value are left out.
export function facts(pairs, className) {
  const list = make("dl", className);
  for (const [name, value, kind] of pairs) {
    if (value === null || value === undefined || value === "") continue;
    const pair = make("div", kind);
    const held = make("dd", "", value instanceof Node ? null : value);
    if (value instanceof Node) held.append(value);
    pair.append(make("dt", "", name), held);
    list.append(pair);
  }
  return list;
}

export const byId = (id) => document.getElementById(id);

// Assistive technology speaks a status again when its text is set, even to what it was.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const many = (count, one, more = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

export function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 120) return `${value.toFixed(1)} s`;
  return value < 7200 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
}

export function day(value) {
  const when = new Date(value || "");
  if (Number.isNaN(when.getTime())) return "";
  const midnight = /T00:00:00(\.0+)?(Z|\+00:00)$/.test(value); // of most pages only the day is known
  return when.toLocaleString("en-GB", { dateStyle: "medium", ...(midnight ? { timeZone: "UTC" } : { timeStyle: "short" }) });
}
