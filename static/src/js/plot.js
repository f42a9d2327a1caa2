// Redraws the charts of the last hour in place, by the rules by which the server drew them
// (src/web/view/plot.rs), fills their tables, and shows the values under the pointer.
import { scale, xTicks, yTicks } from "./axis.js";
import { curve, largest, LINES } from "./curve.js";
import { element, fit, set } from "./svg.js";
import { hideTip, showTip } from "./tip.js";

const BAR_SHARE = 0.76;
const COUNT = { form: "count" };
const percent = (number) => `${Number(number.toFixed(2))}%`;

const drawAxes = (figure, y, x) => {
  fit(figure.querySelector(".plot-y"), "text", y.map(({ at, text }) => ({ x: "100%", y: `${at}%`, text })));
  fit(figure.querySelector(".plot-grid"), "line", y.map(({ at }) => ({ x2: "100%", y1: `${at}%`, y2: `${at}%` })));
  fit(figure.querySelector(".plot-x"), "text", x.map(({ at, text }) => ({ x: `${at}%`, y: "12", text })));
};

/** Today's line with its area, and yesterday's; the running minute of a sum is set apart. */
export const drawLines = (figure, { today, yesterday, unit, isSum, first_ms, clock }) => {
  const steps = scale(Math.max(largest(today), largest(yesterday)), unit);
  const over = today.length - 1;
  const only = (isShown) => today.map((value, index) => (isShown(index) ? value : null));
  const now = curve(isSum ? only((index) => index < over) : today, steps.at(-1), LINES);
  const tail = isSum ? curve(only((index) => index + 1 >= over), steps.at(-1), LINES).line : "";
  set(figure.querySelector(".plot-tail"), { d: tail });
  set(figure.querySelector(".plot-line"), { d: now.line });
  set(figure.querySelector(".plot-fill"), { d: now.fill });
  set(figure.querySelector(".plot-prev"), { d: largest(yesterday) > 0 ? curve(yesterday, steps.at(-1), LINES).line : "" });
  const place = (index, count) => String(Number(((index / Math.max(1, count - 1)) * 100).toFixed(1)));
  drawAxes(figure, yTicks(steps, unit), xTicks(first_ms, today.length, clock, place));
};

/** Bars of one minute each, stacked by layer, the first layer lowest. */
export const drawStack = (figure, { layers, count, first_ms, clock }) => {
  const total = (index) => layers.reduce((sum, layer) => sum + layer.calls[index], 0);
  const most = Math.max(0, ...Array.from({ length: count }, (_, index) => total(index)));
  const steps = scale(most, COUNT);
  const top = steps.at(-1);
  const width = 100 / count;
  const parts = [];
  for (let index = 0; index < count; index += 1) {
    let below = 0;
    for (const layer of layers) {
      const value = layer.calls[index];
      if (!value) continue;
      below += value;
      parts.push({
        class: index + 1 === count ? `${layer.kind} so-far` : layer.kind,
        x: percent(index * width + (width * (1 - BAR_SHARE)) / 2),
        y: percent(100 - (below / top) * 100),
        width: percent(width * BAR_SHARE),
        height: percent((value / top) * 100),
        rx: "1.5",
      });
    }
  }
  fit(figure.querySelector(".plot-bars"), "rect", parts);
  const place = (index) => (((index + 0.5) / count) * 100).toFixed(1);
  drawAxes(figure, yTicks(steps, COUNT), xTicks(first_ms, count, clock, place));
};

/** Fills a plot's table, newest row first. Only an open one is worth the work. */
export const fillTable = (details, head, rows) => {
  if (!details.open) return;
  const cell = (text, first, kind) => {
    const made = element(kind, first ? "num" : "r num", text);
    if (kind === "th") made.scope = "row";
    return made;
  };
  const heads = head.map((text, index) => Object.assign(element("th", index ? "r" : "", text), { scope: "col" }));
  details.querySelector("thead tr").replaceChildren(...heads);
  const body = rows.map((texts) => {
    const row = element("tr");
    row.append(...texts.map((text, index) => cell(text, index === 0, index === 0 ? "th" : "td")));
    return row;
  });
  details.querySelector("tbody").replaceChildren(...body);
};

/**
 * Shows the values under the pointer, and a line at the same minute in every plot of the page.
 * `read(plot, index)` gives what the tooltip shows; `count` steps stand side by side.
 */
export const startCrosshair = (figures, count, read) => {
  const isStack = (figure) => figure.querySelector(".plot-bars") !== null;
  const lines = figures.map((figure) => {
    const line = element("i", "cross");
    line.hidden = true;
    figure.querySelector(".plot-area").after(line);
    return line;
  });
  const hide = () => {
    hideTip();
    for (const line of lines) line.hidden = true;
  };
  const show = (figure, event) => {
    const area = figure.querySelector(".plot-area").getBoundingClientRect();
    const share = (event.clientX - area.left) / area.width;
    const index = Math.min(count - 1, isStack(figure) ? Math.floor(share * count) : Math.round(share * (count - 1)));
    const told = share < 0 || share > 1 ? null : read(figure, index);
    if (!told) return hide();
    showTip(told, event.clientX, event.clientY);
    figures.forEach((other, place) => {
      const { width } = other.querySelector(".plot-area").getBoundingClientRect();
      const at = isStack(other) ? (index + 0.5) / count : index / (count - 1);
      lines[place].hidden = false;
      lines[place].style.transform = `translateX(${(at * width).toFixed(1)}px)`;
    });
  };
  for (const figure of figures) {
    figure.addEventListener("pointermove", (event) => show(figure, event));
    figure.addEventListener("pointerdown", (event) => show(figure, event));
    figure.addEventListener("pointerleave", hide);
  }
};
