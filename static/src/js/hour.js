// The last hour as frames tell it: kept here, drawn into cards and charts, and read under the pointer.
import { clockOf } from "./axis.js";
import { showSpark } from "./card.js";
import { inUnit, unitOf } from "./figure.js";
import { carry } from "./kit/section.js";
import { full } from "./number.js";
import { drawLines, drawStack, fillTable, startCrosshair } from "./plot.js";
import { layers } from "./stack.js";
import { element } from "./svg.js";

const COUNT = 60;
/** The address's name for the figure whose hour is shown. */
const LIVE_METRIC = "live_metric";

export class Hour {
  /** @param {HTMLElement} main the overview; its cards, plots and tables */
  constructor(main) {
    this.main = main;
    this.cards = [...main.querySelectorAll("[data-kpi]")];
    this.lines = main.querySelector('[data-plot="figure"]');
    this.stack = main.querySelector('[data-plot="providers"]');
    this.tables = Object.fromEntries([...main.querySelectorAll("[data-table]")].map((table) => [table.dataset.table, table]));
    this.clock = clockOf(main.dataset.zone);
    this.hour = null;
    this.layers = [];
    for (const table of Object.values(this.tables)) table.addEventListener("toggle", () => this.#fillTables());
    for (const card of this.cards) {
      card.addEventListener("click", (event) => {
        if (!this.hour || event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        this.choose(card);
      });
    }
    startCrosshair([this.lines, this.stack], COUNT, (figure, index) => this.#read(figure, index));
  }

  /** The card whose hour is shown. */
  get chosen() {
    return this.cards.find((card) => card.getAttribute("aria-current") === "true") ?? this.cards[0];
  }

  /** Shows the hour of another figure; the address says so too, and a reload keeps it. */
  choose(card) {
    for (const each of this.cards) each.toggleAttribute("aria-current", false);
    card.setAttribute("aria-current", "true");
    const before = new URLSearchParams(location.search);
    const address = new URL(location.href);
    address.searchParams.set(LIVE_METRIC, card.dataset.kpi);
    history.replaceState(null, "", address);
    carry(before, address.searchParams, card.parentElement);
    this.#drawLines();
    this.#fillTables();
  }

  /** The figure `step` places beside the chosen one. */
  chooseBeside(step) {
    if (!this.hour) return;
    const place = this.cards.indexOf(this.chosen) + step + this.cards.length;
    this.choose(this.cards[place % this.cards.length]);
  }

  /** Takes a frame. Everything is redrawn when a minute begins, and what the running minute moves at each frame. */
  apply(frame) {
    if (frame.hour) this.hour = frame.hour;
    if (!this.hour) return;
    const place = Math.round((frame.minute.t - this.hour.t) / 60_000);
    // A frame of a later minute brings its hour; without it there is no place for the value.
    if (place !== COUNT - 1) return;
    for (const [id, values] of Object.entries(this.hour.today)) values[place] = frame.minute[id];
    for (const { id, label, calls } of frame.minute.providers) {
      let provider = this.hour.providers.find((each) => each.id === id);
      if (!provider) {
        provider = { id, label, calls: new Array(COUNT).fill(0) };
        this.hour.providers.push(provider);
      }
      provider.calls[place] = calls;
    }
    for (const card of this.cards) {
      const id = card.dataset.kpi;
      const today = this.hour.today[id];
      // The running minute of a sum would end every curve with a fall.
      showSpark(card, "sum" in card.dataset ? today.with(-1, null) : today, this.hour.yesterday[id]);
    }
    this.#drawLines();
    this.#drawStack();
    this.#fillTables();
  }

  #figure() {
    const { kpi, label, chart, form, prefix, decimals } = this.chosen.dataset;
    const unit = unitOf(form, { prefix, decimals: Number(decimals) });
    const values = (series) => series[kpi].map((value) => inUnit(form, value));
    return {
      label,
      chart,
      unit,
      isSum: "sum" in this.chosen.dataset,
      text: (value) => (value === null ? "–" : full(value, unit)),
      today: values(this.hour.today),
      yesterday: values(this.hour.yesterday),
    };
  }

  #drawLines() {
    const { label, chart, unit, isSum, text, today, yesterday } = this.#figure();
    drawLines(this.lines, { today, yesterday, unit, isSum, first_ms: this.hour.t, clock: this.clock });
    this.main.querySelector("[data-figure-label]").textContent = label;
    this.main.querySelector("[data-figure-chart]").textContent = chart;
    const known = today.filter((value) => value !== null);
    const told =
      known.length === 0
        ? `${label} over the last hour: no value.`
        : `${label} over the last hour, ${chart}: between ${text(Math.min(...known))} and ${text(Math.max(...known))}, ${text(today.at(-1))} so far in the running minute.`;
    this.lines.setAttribute("aria-label", told);
  }

  #drawStack() {
    this.layers = layers(this.hour.providers, COUNT);
    drawStack(this.stack, { layers: this.layers, count: COUNT, first_ms: this.hour.t, clock: this.clock });
    const legend = this.main.querySelector("[data-legend]");
    const names = this.layers.map((layer) => `${layer.kind} ${layer.label}`).join("\n");
    if (legend.dataset.names === names) return;
    legend.dataset.names = names;
    const keys = this.layers.map((layer) => {
      const key = element("li", "key");
      key.append(element("i", `dot ${layer.kind}`), layer.label);
      return key;
    });
    legend.replaceChildren(...keys);
    const sums = this.layers.map((layer) => `${layer.label} ${layer.calls.reduce((sum, calls) => sum + calls, 0).toLocaleString("en")}`);
    this.stack.setAttribute("aria-label", `Calls by provider over the last hour: ${sums.join(", ") || "none"}.`);
  }

  #fillTables() {
    if (!this.hour) return;
    const minutes = Array.from({ length: COUNT }, (_, index) => COUNT - 1 - index);
    const time = (index) => this.clock(this.hour.t + index * 60_000);
    const { text, today, yesterday } = this.#figure();
    fillTable(
      this.tables.figure,
      ["Minute", "Today", "Yesterday"],
      minutes.map((index) => [time(index), text(today[index]), text(yesterday[index])]),
    );
    const shown = this.layers;
    fillTable(
      this.tables.providers,
      ["Minute", ...shown.map((layer) => layer.label), "All"],
      minutes.map((index) => {
        const counts = shown.map((layer) => layer.calls[index]);
        return [time(index), ...[...counts, counts.reduce((sum, calls) => sum + calls, 0)].map((count) => count.toLocaleString("en"))];
      }),
    );
  }

  #read(figure, index) {
    if (!this.hour) return null;
    const head = this.clock(this.hour.t + index * 60_000) + (index === COUNT - 1 ? " so far" : "");
    if (figure === this.lines) {
      const { text, today, yesterday } = this.#figure();
      return {
        head,
        rows: [
          { mark: "stroke c-accent", name: "Today", value: text(today[index]) },
          { mark: "stroke dash c-quiet", name: "Yesterday", value: text(yesterday[index]) },
        ],
      };
    }
    const called = this.layers.filter((layer) => layer.calls[index] > 0).reverse();
    const count = (calls) => calls.toLocaleString("en");
    return {
      head,
      rows: called.map((layer) => ({ mark: `dot ${layer.kind}`, name: layer.label, value: count(layer.calls[index]) })),
      foot: { name: "All", value: count(called.reduce((sum, layer) => sum + layer.calls[index], 0)) },
    };
  }
}
