import { make, nameOf, paintArticle } from "./paint.js";

const KEPT = 50; // articles, as many as the worker keeps
const POLL_MS = 2000;
const byId = (id) => document.getElementById(id);
let articles = []; // newest first
let last = 0;
let shown = null;

async function ask(path, options) {
  const reply = await fetch(path, options);
  const body = await reply.json();
  if (!reply.ok && body.error) throw new Error(body.error);
  return body;
}

function seconds(value) {
  if (value === null) return "–";
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  return value < 120 ? `${value.toFixed(1)} s` : `${Math.round(value / 60)} min`;
}

function showStatus(status) {
  const stalled = status.health.reason ? `stalled: ${status.health.reason}` : status.readiness.status;
  byId("state").textContent = `${stalled} · version ${status.version} · model ${status.model}`;
  const rows = [];
  for (const [stage, now] of Object.entries(status.stages)) {
    rows.push([`${stage}: articles/s`, now.per_second.toFixed(2)]);
    rows.push([`${stage}: p50 / p95`, `${seconds(now.p50_seconds)} / ${seconds(now.p95_seconds)}`]);
    const drain = now.lag_records ? `, ${seconds(now.drain_seconds)} to drain` : "";
    rows.push([`${stage}: lag`, `${now.lag_records}${drain}`]);
  }
  const pool = status.pool;
  rows.push(["pool", `${pool.alive} of ${pool.size} alive, ${pool.busy} busy`]);
  for (const kind of ["crash", "timeout", "memory"]) {
    if (status.pool_events[kind]) rows.push([`pool: ${kind}`, status.pool_events[kind]]);
  }
  byId("figures").replaceChildren(
    ...rows.map(([name, value]) => {
      const pair = make("div");
      pair.append(make("dt", "", name), make("dd", "", value));
      return pair;
    }),
  );
  byId("fates").replaceChildren(
    ...status.fates.map((fate) => {
      const row = make("tr");
      for (const cell of [fate.stage, fate.fate, fate.reason || "–", fate.count]) row.append(make("td", "", cell));
      return row;
    }),
  );
  byId("try").hidden = !status.can_try;
}

function show(article) {
  shown = article.article_id;
  byId("article").replaceChildren(paintArticle(article));
  for (const button of byId("list").querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.articleId === shown));
  }
}

function showList() {
  const wanted = byId("search").value.trim().toLowerCase();
  const items = [];
  for (const article of articles) {
    const said = wanted ? article.quotes.filter((quote) => nameOf(quote).toLowerCase().includes(wanted)) : [];
    if (wanted && !said.length) continue;
    const button = make("button", "", article.headline || article.text.trim().slice(0, 80));
    button.type = "button";
    button.articleId = article.article_id;
    button.setAttribute("aria-current", String(article.article_id === shown));
    button.addEventListener("click", () => show(article));
    for (const quote of said) button.append(make("div", "faint", `${nameOf(quote)}: ${quote.text}`));
    const item = make("li");
    item.append(button);
    items.push(item);
  }
  byId("list").replaceChildren(...(items.length ? items : [make("li", "faint", wanted ? "Nobody of that name." : "None yet.")]));
}

async function poll() {
  try {
    showStatus(await ask("/api/status"));
    let news = await ask(`/api/articles?after=${last}`);
    if (news.last < last) news = await ask("/api/articles?after=0"); // the worker was started anew
    const added = news.articles.map((one) => one.article).reverse();
    last = news.last;
    if (added.length) {
      const ids = new Set(added.map((article) => article.article_id));
      articles = [...added, ...articles.filter((article) => !ids.has(article.article_id))].slice(0, KEPT);
      showList();
      if (shown === null) show(articles[0]);
    }
  } catch (error) {
    byId("state").textContent = `the worker does not answer: ${error.message}`;
  }
  setTimeout(poll, POLL_MS);
}

async function enrich() {
  const file = byId("file").files[0];
  const body = file || byId("paste").value;
  const name = file ? file.name.toLowerCase() : "";
  const html = /\.html?$/.test(name) || (!file && /^\s*<(!doctype|html|head|body|article|div|p)\b/i.test(body));
  const type = name.endsWith(".json") ? "application/json" : html ? "text/html" : "text/plain";
  byId("answer").textContent = "working …";
  byId("run").disabled = true;
  try {
    const headers = { "Content-Type": `${type}; charset=utf-8`, "X-Wiremill": "page" };
    show(await ask("/api/enrich", { method: "POST", headers, body }));
    byId("answer").textContent = "done; the article is shown above";
    byId("article").focus();
  } catch (error) {
    byId("answer").textContent = error.message;
  }
  byId("run").disabled = false;
}

byId("search").addEventListener("input", showList);
byId("run").addEventListener("click", enrich);
showList();
poll();
