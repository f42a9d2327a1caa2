// The overview's live part: applies frames to the cards, the hour, the providers and the feed.
//
// A frame is JSON, at most one a second and at least one in ten; the first one of a socket is full.
//   t          the server's clock, epoch milliseconds       seq  counts the frames of a socket
//   kpi        {metric id: number, decimal text, or null where there is no figure}; also p95_latency_ms
//   spark      {metric id: 60 numbers or nulls, oldest first}; in full frames and once a minute
//   providers  [{id, label, per_minute}], largest first
//   events     newest first: {id, at, label, status: ok | error | warning | neutral, user, provider, model,
//              latency_ms, tokens, cost (US dollars, decimal text), amount (decimal text), prefix, country};
//              only id, at and label must be there
import { Channel } from "./channel.js";
import { addEvents, providerClass } from "./feed.js";
import { duration, figure } from "./figure.js";
import { ago, refresh } from "./moment.js";
import { sparkPaths } from "./spark.js";

const SVG = "http://www.w3.org/2000/svg";
const WORDS = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", paused: "Paused", stale: "Stale" };
const main = document.querySelector("main");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const running = new WeakMap();

/** Counts from the number shown to the next one; at once for readers who ask for less motion. */
const countTo = (card, value, first) => {
  const text = card.querySelector(".kpi-value");
  const unit = card.querySelector(".kpi-unit");
  const options = { prefix: card.dataset.prefix, decimals: Number(card.dataset.decimals) };
  const write = (number) => {
    const next = figure(card.dataset.form, number, options);
    if (text.textContent !== next.text) text.textContent = next.text;
    if (unit.textContent !== next.unit) unit.textContent = next.unit;
  };
  cancelAnimationFrame(running.get(card));
  const from = Number(card.dataset.value || Number.NaN);
  card.dataset.value = value;
  if (still.matches || Number.isNaN(from) || from === value) return write(value);
  const length_ms = first ? 650 : 260;
  const begin = performance.now();
  const step = (time) => {
    const share = Math.min(1, Math.max(0, (time - begin) / length_ms));
    write(share < 1 ? from + (value - from) * (1 - (1 - share) ** 4) : value);
    if (share < 1) running.set(card, requestAnimationFrame(step));
  };
  running.set(card, requestAnimationFrame(step));
};

const showCard = (card, kpi, first) => {
  const value = kpi[card.dataset.kpi];
  if (value === undefined) return;
  const missing = value === null;
  const text = card.querySelector(".kpi-value");
  card.classList.toggle("is-missing", missing);
  if (missing) {
    cancelAnimationFrame(running.get(card));
    delete card.dataset.value;
    text.textContent = "–";
    text.title = card.dataset.missing;
    card.querySelector(".kpi-unit").textContent = "";
  } else {
    text.removeAttribute("title");
    countTo(card, Number(value), first);
  }
  if (card.dataset.kpi === "avg_latency_ms" && kpi.p95_latency_ms !== undefined) {
    const p95 = kpi.p95_latency_ms === null ? null : duration(kpi.p95_latency_ms);
    card.querySelector(".kpi-second").textContent = p95 ? `p95 ${p95.text} ${p95.unit}` : "";
  }
};

const showSpark = (card, values) => {
  const paths = sparkPaths(values);
  card.querySelector(".spark-line").setAttribute("d", paths.line);
  card.querySelector(".spark-fill").setAttribute("d", paths.fill);
};

const showHour = (values) => {
  const bars = document.querySelectorAll(".hour-bars rect");
  const top = Math.max(1, ...values.map((value) => value ?? 0));
  bars.forEach((bar, index) => {
    const value = values[values.length - bars.length + index] ?? 0;
    const height = value > 0 ? Math.max(2, (value / top) * 64) : 1;
    bar.setAttribute("height", height.toFixed(1));
    bar.setAttribute("y", (64 - height).toFixed(1));
    bar.classList.toggle("none", !(value > 0));
  });
};

const providerRow = (id) => {
  const row = document.createElement("li");
  row.dataset.provider = id;
  const name = document.createElement("span");
  name.className = "bar-name";
  const dot = document.createElement("i");
  dot.className = `dot ${providerClass(id)}`;
  name.append(dot, document.createElement("span"));
  const value = document.createElement("span");
  value.className = "bar-value num";
  const bar = document.createElementNS(SVG, "svg");
  bar.setAttribute("class", "bar");
  bar.setAttribute("aria-hidden", "true");
  for (const part of ["track", `fill ${providerClass(id)}`]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", part);
    rect.setAttribute("width", "100%");
    rect.setAttribute("height", "6");
    rect.setAttribute("rx", "3");
    bar.append(rect);
  }
  row.append(name, value, bar);
  return row;
};

const showProviders = (providers) => {
  const list = document.querySelector("[data-providers]");
  const rows = new Map([...list.children].map((row) => [row.dataset.provider, row]));
  const top = Math.max(1, ...providers.map((provider) => provider.per_minute));
  const wanted = providers.map((provider) => {
    const row = rows.get(provider.id) ?? providerRow(provider.id);
    row.querySelector(".bar-name span").textContent = provider.label;
    row.querySelector(".bar-value").textContent = `${provider.per_minute.toLocaleString("en")}/min`;
    row.querySelector(".fill").setAttribute("width", `${((provider.per_minute / top) * 100).toFixed(1)}%`);
    return row;
  });
  list.replaceChildren(...wanted);
  document.querySelector("[data-no-providers]").hidden = providers.length > 0;
};

/** A page without data waits for the first event, and then asks the server for the real page. */
const waitForFirst = (frame) => {
  if (!frame.events?.length) return;
  const last = Number(sessionStorage.getItem("first-event-reload") ?? 0);
  // The page may be a moment behind the channel; without this rule it would reload without end.
  if (Date.now() - last < 5000) return;
  sessionStorage.setItem("first-event-reload", String(Date.now()));
  location.reload();
};

export const startOverview = () => {
  if (!main?.dataset.live) return;
  const waiting = main.dataset.live === "waiting";
  const word = main.querySelector("[data-live-word]");
  const age = main.querySelector("[data-live-age]");
  const button = main.querySelector("[data-live-pause]");
  const feed = main.querySelector("[data-feed]");
  let clock_skew_ms = 0;
  let first = true;

  const apply = (frame) => {
    clock_skew_ms = frame.t - Date.now();
    if (waiting) return waitForFirst(frame);
    for (const card of document.querySelectorAll("[data-kpi]")) {
      showCard(card, frame.kpi ?? {}, first);
      const values = frame.spark?.[card.dataset.kpi];
      if (values) showSpark(card, values);
    }
    if (frame.spark?.queries_per_minute) showHour(frame.spark.queries_per_minute);
    if (frame.providers) showProviders(frame.providers);
    if (frame.events?.length) addEvents(feed, frame.events, feed.dataset.prefix, frame.t);
    first = false;
  };

  const base = document.body.dataset.base;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const channel = new Channel({
    url: `${scheme}//${location.host}${base}/ws/live?project=${encodeURIComponent(document.body.dataset.project)}`,
    onFrame: apply,
    onState: (state) => {
      main.dataset.state = state;
      word.textContent = WORDS[state];
      showAge();
      const paused = channel.pausedByReader;
      button.querySelector(".when-running").toggleAttribute("hidden", paused);
      button.querySelector(".when-paused").toggleAttribute("hidden", !paused);
      button.setAttribute("aria-label", paused ? "Resume live updates" : "Pause live updates");
    },
    onSignedOut: () => location.reload(),
  });
  const showAge = () => {
    const age_ms = channel.age();
    age.textContent = age_ms === null ? "" : (ago(age_ms) ?? "over a day ago");
  };

  button.addEventListener("click", () => (channel.pausedByReader ? channel.resume() : channel.pause()));
  document.addEventListener("visibilitychange", () => channel.setHidden(document.hidden));
  // A page kept in the back-forward cache must not hold a socket.
  addEventListener("pagehide", () => channel.setHidden(true));
  addEventListener("pageshow", () => channel.setHidden(document.hidden));
  setInterval(() => {
    if (document.hidden) return;
    channel.tick();
    showAge();
    refresh(Date.now() + clock_skew_ms);
  }, 1000);
  channel.hidden = document.hidden;
  main.dataset.state = "connecting";
  word.textContent = WORDS.connecting;
  age.textContent = "";
  channel.start();
};
