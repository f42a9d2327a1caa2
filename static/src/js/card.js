// The card of one figure: counts to its next value, tells the change, redraws its small curve.
import { sparkline } from "./curve.js";
import { delta } from "./delta.js";
import { duration, figure, inUnit, unitOf } from "./figure.js";
import { set } from "./svg.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
/** Of each card whose figure is moving: the frame that is asked for, and the number that is shown now. */
const moving = new WeakMap();
/** How long the first count takes, and each later one. */
const FIRST_MS = 650;
const NEXT_MS = 260;

const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

const optionsOf = (card) => ({ prefix: card.dataset.prefix, decimals: Number(card.dataset.decimals) });

const stop = (card) => {
  cancelAnimationFrame(moving.get(card)?.request);
  moving.delete(card);
};

/** Counts from one number to another; at once for readers who ask for less motion. */
const count = (card, from, to, length_ms) => {
  const options = optionsOf(card);
  const show = (number) => {
    const next = figure(card.dataset.form, number, options);
    write(card.querySelector(".kpi-value"), next.text);
    write(card.querySelector(".kpi-unit"), next.unit);
  };
  stop(card);
  if (still.matches || document.hidden || from === to) return show(to);
  const begin = performance.now();
  const step = (time) => {
    const share = Math.min(1, Math.max(0, (time - begin) / length_ms));
    const shown = share < 1 ? from + (to - from) * (1 - (1 - share) ** 4) : to;
    show(shown);
    if (share < 1) moving.set(card, { request: requestAnimationFrame(step), shown });
    else moving.delete(card);
  };
  step(begin);
};

/** Counts up once from zero to what the server drew. */
export const countUp = (card) => {
  if (card.dataset.value) count(card, 0, Number(card.dataset.value), FIRST_MS);
};

const countTo = (card, value) => {
  const before = card.dataset.value ? Number(card.dataset.value) : value;
  if (card.dataset.value && before === value) return;
  card.dataset.value = value;
  const shown = moving.get(card)?.shown ?? before;
  count(card, shown, value, NEXT_MS);
};

const number = (value) => (value === null || value === undefined ? null : Number(value));

const showChange = (card, now, frame) => {
  const { kpi: id, form, better } = card.dataset;
  const then = inUnit(form, number(frame.yesterday[id]));
  const change = number(frame.change[id]);
  const told = delta({ unit: unitOf(form, optionsOf(card)), better, now: inUnit(form, now), change, then });
  const mark = card.querySelector(".delta");
  set(mark, { class: `delta ${told.tone} ${told.way}`.trimEnd() });
  write(mark.querySelector(".sr"), told.way && `${told.way} `);
  write(mark.querySelector(".delta-text"), told.text);
  write(card.querySelector(".kpi-prev"), told.versus);
};

/** Shows what a frame says of the card's figure. */
export const showCard = (card, frame) => {
  const value = number(frame.kpi[card.dataset.kpi]);
  const text = card.querySelector(".kpi-value");
  card.classList.toggle("is-missing", value === null);
  if (value === null) {
    stop(card);
    delete card.dataset.value;
    write(text, "–");
    text.title = card.dataset.missing;
    write(card.querySelector(".kpi-unit"), "");
  } else {
    text.removeAttribute("title");
    countTo(card, value);
  }
  showChange(card, value, frame);
  if (card.dataset.kpi === "avg_latency_ms") {
    const p95 = frame.kpi.p95_latency_ms === null ? null : duration(frame.kpi.p95_latency_ms);
    write(card.querySelector(".kpi-second"), p95 ? `p95 ${p95.text} ${p95.unit}, 5 min` : "in 5 minutes");
  }
};

/** Redraws the small curve. */
export const showSpark = (card, today, yesterday) => {
  const drawn = sparkline(today, yesterday);
  set(card.querySelector(".spark-line"), { d: drawn.today.line });
  set(card.querySelector(".spark-fill"), { d: drawn.today.fill });
  set(card.querySelector(".spark-prev"), { d: drawn.yesterday });
};
