// The page: asks the worker every two seconds, lists its latest articles, shows one, and has a text tried.

import { showStatus } from "./figures.js";
import { byId, day, make, many, say } from "./make.js";
import { paintArticle, titleOf } from "./paint.js";
import { makePanel, nameOf } from "./panel.js";

const KEPT = 50; // articles, as many as the worker keeps
const POLL_MS = 2000;
const HTML = /^\s*(<!--[^]*?-->\s*)*<(!doctype|html|head|body|main|article|section|div|h[1-6]|p)\b/i;
let articles = []; // newest first
let last = 0;
let shown = null;
let paused = false;

const panel = makePanel({ find });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") panel.clear();
});

async function ask(path, options) {
  const reply = await fetch(path, options);
  const body = await reply.json();
  if (!reply.ok && body.error) throw new Error(body.error);
  return body;
}

function show(article, { tried = false } = {}) {
  shown = tried ? null : article.article_id;
  panel.clear();
  const painted = paintArticle(article, panel, { tried });
  byId("article").replaceChildren(painted.root);
  byId("article").setAttribute("aria-labelledby", "headline");
  for (const button of byId("list").querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.articleId === shown));
  }
  return painted;
}

// Lower case without accents: whoever looks for Šefčovič has no such keyboard.
const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function namesOf(article, quote) {
  const entity = (article.entities || []).find((one) => one.entity_id === quote.speaker.entity_id);
  return [nameOf(quote), ...((entity && entity.aliases) || [])];
}

function row(article, said) {
  const publisher = article.publisher && (article.publisher.name || article.publisher.domain);
  const button = make("button");
  button.type = "button";
  button.articleId = article.article_id;
  button.setAttribute("aria-current", String(article.article_id === shown));
  button.append(make("span", "title", titleOf(article)));
  const count = article.quotes.length ? many(article.quotes.length, "quote") : "no quotes";
  button.append(make("span", "meta", [publisher, day(article.published_at), count].filter(Boolean).join(" · ")));
  for (const quote of said) button.append(make("span", "quote", `${nameOf(quote)}: ${quote.text}`));
  button.addEventListener("click", () => {
    const painted = show(article);
    if (said.length) painted.reveal(article.quotes.indexOf(said[0]));
  });
  const item = make("li");
  item.append(button);
  return item;
}

function showList() {
  const wanted = plain(byId("search").value.trim());
  const items = [];
  let quotes = 0;
  for (const article of articles) {
    const said = wanted ? article.quotes.filter((quote) => namesOf(article, quote).some((name) => plain(name).includes(wanted))) : [];
    if (wanted && !said.length) continue;
    quotes += said.length;
    items.push(row(article, said));
  }
  const none = wanted ? "Nobody of that name speaks in the latest articles." : "None yet. Put one on the raw topic with “wiremill produce article.html”, or try a text below.";
  const focused = document.activeElement && document.activeElement.articleId;
  byId("list").replaceChildren(...(items.length ? items : [make("li", "faint", none)]));
  if (focused) [...byId("list").querySelectorAll("button")].find((one) => one.articleId === focused)?.focus({ preventScroll: true });
  say(byId("found"), wanted ? `${many(quotes, "quote")} in ${many(items.length, "article")}` : "");
}

function showNames() {
  const names = new Set(articles.flatMap((article) => article.quotes.map((quote) => quote.speaker.name)).filter(Boolean));
  const options = [...names].sort().map((name) => {
    const option = make("option");
    option.value = name;
    return option;
  });
  byId("speakers").replaceChildren(...options);
}

function find(name) {
  byId("search").value = name;
  showList();
  byId("search").focus();
}

async function look() {
  const status = await ask("/api/status");
  showStatus(status);
  byId("try").hidden = !status.can_try;
  let news = await ask(`/api/articles?after=${last}`);
  if (news.last < last) news = await ask("/api/articles?after=0"); // the worker was started anew
  const added = news.articles.map((one) => one.article).reverse();
  last = news.last;
  if (!added.length) return;
  const ids = new Set(added.map((article) => article.article_id));
  articles = [...added, ...articles.filter((article) => !ids.has(article.article_id))].slice(0, KEPT);
  showList();
  showNames();
  // The one with most to see: the page should not open on an article in which nobody speaks.
  if (!byId("headline")) show(articles.reduce((best, one) => (one.quotes.length > best.quotes.length ? one : best)));
}

async function poll() {
  if (!paused && !document.hidden) {
    try {
      await look();
    } catch (error) {
      byId("state").className = "state bad";
      say(byId("state"), `the worker does not answer: ${error.message}`);
    }
  }
  setTimeout(poll, POLL_MS);
}

async function enrich() {
  const file = byId("file").files[0];
  const body = file || byId("paste").value;
  const name = file ? file.name.toLowerCase() : "";
  const html = /\.html?$/.test(name) || (!file && HTML.test(body));
  const type = name.endsWith(".json") ? "application/json" : html ? "text/html" : "text/plain";
  const answer = byId("answer");
  const began = performance.now();
  answer.className = "";
  answer.textContent = "working …";
  byId("run").disabled = true;
  try {
    // A file keeps its bytes, and its page says what charset they are; what was pasted is UTF-8.
    const headers = { "Content-Type": file ? type : `${type}; charset=utf-8`, "X-Wiremill": "page" };
    const article = await ask("/api/enrich", { method: "POST", headers, body });
    const { speakers } = show(article, { tried: true });
    const took = ((performance.now() - began) / 1000).toFixed(1);
    const told = `${many(article.quotes.length, "quote")} of ${many(speakers.length, "speaker")}, ${many(article.entities.length, "entity", "entities")}`;
    answer.textContent = `Done in ${took} s: ${told}.`;
    byId("article").scrollIntoView({ block: "nearest" });
    byId("article").focus({ preventScroll: true });
  } catch (error) {
    answer.className = "bad";
    answer.textContent = error.message;
  }
  byId("run").disabled = false;
}

byId("search").addEventListener("input", showList);
byId("run").addEventListener("click", enrich);
byId("paste").addEventListener("input", () => {
  byId("file").value = ""; // what was touched last is what is meant
});
byId("paste").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) enrich();
});
byId("pause").addEventListener("click", () => {
  paused = !paused;
  byId("pause").setAttribute("aria-pressed", String(paused));
});
byId("article").append(make("p", "faint", "No article yet."));
showList();
poll();
