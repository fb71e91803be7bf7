// The head of the page: pace, latency and lag of each stage, the pool, and the fates of all inputs.

import { byId, draw, facts, make, many, say, seconds } from "./make.js";

const HISTORY = 60; // points of a curve, one a look at the worker
const FATES = ["published", "rejected", "dead-lettered"];
const history = new Map();

function figure(title, ...content) {
  const box = make("div", "figure");
  box.append(make("h3", "", title), ...content);
  return box;
}

function curve(stage, value) {
  const points = [...(history.get(stage) || [value]), value].slice(-HISTORY); // two at least: a point is no curve
  history.set(stage, points);
  const top = Math.max(...points, 0.1);
  const line = points.map((one, index) => `${HISTORY - points.length + index},${(19 - (18 * one) / top).toFixed(2)}`);
  const area = `${HISTORY - points.length},20 ${line.join(" ")} ${HISTORY - 1},20`;
  return draw("spark", HISTORY - 1, 20, ["polygon", { points: area }], ["polyline", { points: line.join(" ") }]);
}

function stageFigure(stage, now) {
  const big = make("p", "big", now.per_second.toFixed(now.per_second < 10 ? 2 : 0));
  big.append(" ", make("small", "", "articles/s"));
  const head = make("div", "head");
  head.append(big, curve(stage, now.per_second));
  let drained = now.lag_records ? "not at this pace" : "now";
  if (now.lag_records && now.drain_seconds !== null) drained = `in ${seconds(now.drain_seconds)}`;
  const list = facts(
    [
      ["p50", seconds(now.p50_seconds)],
      ["p95", seconds(now.p95_seconds)],
      ["lag", many(now.lag_records, "record")],
      ["drained", drained],
    ],
    "facts",
  );
  return figure(stage, head, list);
}

function poolFigure(pool, events) {
  const places = [];
  for (let index = 0; index < pool.size; index += 1) {
    const state = index < pool.busy ? "busy" : index < pool.alive ? "idle" : "missing";
    places.push(["rect", { class: state, x: index * 12 + 1, y: 1, width: 9, height: 9, rx: 2 }]);
  }
  const big = make("p", "big", pool.busy);
  big.append(" ", make("small", "", `of ${many(pool.size, "child", "children")} busy`));
  const head = make("div", "head");
  const drawing = draw("places", pool.size * 12, 11, ...places);
  drawing.setAttribute("preserveAspectRatio", "xMaxYMid meet");
  head.append(big, drawing);
  const bad = (name) => [name, events[name] || 0, events[name] ? "bad" : ""];
  return figure("pool", head, facts([["alive", pool.alive], bad("crash"), bad("timeout"), bad("memory")], "facts"));
}

function fatesFigure(fates) {
  const counts = Object.fromEntries(FATES.map((fate) => [fate, 0]));
  let stages = new Set();
  for (const one of fates) {
    counts[one.fate] += one.count;
    stages = stages.add(one.stage);
  }
  const total = FATES.reduce((sum, fate) => sum + counts[fate], 0);
  let x = 0;
  const parts = FATES.map((fate) => {
    const width = total ? (100 * counts[fate]) / total : 0;
    x += width;
    return ["rect", { class: fate, x: x - width, y: 0, width, height: 6 }];
  });
  const big = make("p", "big", total.toLocaleString("en"));
  big.append(" ", make("small", "", total === 1 ? "input has its fate" : "inputs have their fate"));
  const list = facts(FATES.map((fate) => [fate, counts[fate].toLocaleString("en"), `dot ${fate}`]), "facts");
  return figure("fates", big, draw("bar", 100, 6, ...parts), list);
}

function showState(status) {
  const { readiness, health } = status;
  const wrong = [];
  if (readiness.missing_topics.length) wrong.push(`no topic ${readiness.missing_topics.join(", ")}`);
  if (!readiness.partitions) wrong.push("no partitions yet");
  if (readiness.publishing !== "ok") wrong.push(`publishing is ${readiness.publishing}`);
  if (!status.pool.alive) wrong.push("no child process");
  const state = byId("state");
  state.className = `state ${health.reason ? "bad" : status.ready ? "good" : "warn"}`;
  say(state, health.reason ? `stalled: ${health.reason}` : [readiness.status, ...wrong].join(" · "));
  const stages = Object.keys(status.stages).join(" + ");
  say(byId("about"), `version ${status.version} · model ${status.model} · ${stages}`);
}

export function showStatus(status) {
  showState(status);
  byId("figures").replaceChildren(
    ...Object.entries(status.stages).map(([stage, now]) => stageFigure(stage, now)),
    poolFigure(status.pool, status.pool_events),
    fatesFigure(status.fates),
  );
  byId("fates").replaceChildren(
    ...status.fates.map((fate) => {
      const row = make("tr");
      for (const cell of [fate.stage, fate.fate, fate.reason || "–"]) row.append(make("td", "", cell));
      row.append(make("td", "number", fate.count.toLocaleString("en")));
      return row;
    }),
  );
}
