// <an-chart>: draws the spec in its <script type="application/json"> into its .chart-canvas.
//
// Attributes: `hidden-series` (ids, separated by spaces), `compare="off"` (no earlier period), `still` (no
// animation when it appears). Properties: `spec` to read or replace what is drawn. Events, both bubbling and
// cancelable: `an-range` with { from_ms, to_ms } when a stretch is chosen, `an-follow` with { url } before a click
// on a piece leads away.
import { isOwn } from "../own_address.js";
import { announce, hideTip } from "../tip.js";
import { Brush, rangeAddress } from "./brush.js";
import { palette } from "./colour.js";
import { draw } from "./draw.js";
import { open } from "./echarts.js";
import { Hand } from "./hand.js";
import { showLegend, startLegend } from "./legend.js";
import { motion } from "./motion.js";

/** Every chart of the page that is drawn. */
export const live = new Set();

export class AnChart extends HTMLElement {
  static observedAttributes = ["hidden-series", "compare"];

  #spec = null;
  #chart = null;
  #drawn = null;
  #hand = null;
  #brush = null;
  #sizes = null;
  #end = null;
  #isOnPaper = false;

  connectedCallback() {
    this.#spec ??= JSON.parse(this.querySelector('script[type="application/json"]').textContent);
    const canvas = this.canvas;
    const host = document.createElement("div");
    host.className = "chart-host";
    canvas.append(host);
    this.#end = new AbortController();
    startLegend(this.querySelector(".legend"), this.hidden_series, (id) => this.#toggle(id));
    // The first report of a size starts the drawing: a chart in a closed part of the page has none yet.
    this.#sizes = new ResizeObserver(() => document.fonts.ready.then(() => this.#fit(host)));
    this.#sizes.observe(host);
  }

  disconnectedCallback() {
    this.#sizes?.disconnect();
    this.#end?.abort();
    this.#hand?.remove();
    this.#brush?.remove();
    this.#chart?.dispose();
    this.querySelector(".chart-host")?.remove();
    this.canvas?.classList.remove("is-drawn");
    live.delete(this);
    this.#sizes = this.#hand = this.#brush = this.#chart = this.#drawn = this.#end = null;
  }

  attributeChangedCallback(_, before, after) {
    if (before === after) return;
    showLegend(this.querySelector(".legend"), this.hidden_series);
    this.redraw();
  }

  get canvas() {
    return this.querySelector(".chart-canvas");
  }

  get spec() {
    return this.#spec;
  }

  set spec(spec) {
    const isOther = this.#spec?.kind !== spec.kind;
    this.#spec = spec;
    if (isOther) this.#chart?.clear();
    this.redraw();
  }

  get hidden_series() {
    return new Set((this.getAttribute("hidden-series") ?? "").split(" ").filter(Boolean));
  }

  /** Draws anew with the colours, attributes and size of now. */
  redraw({ isStill = false } = {}) {
    const chart = this.#chart;
    if (!chart) return;
    const colours = palette({ forPaper: this.#isOnPaper });
    this.#drawn = draw(this.#spec, {
      palette: colours,
      hidden: this.hidden_series,
      compare: this.getAttribute("compare") !== "off",
      width: chart.getWidth(),
      height: chart.getHeight(),
    });
    colours.close();
    const font = { fontFamily: "Inter, system-ui, sans-serif" };
    chart.setOption({ ...motion(isStill), textStyle: font, ...this.#drawn.option }, { replaceMerge: ["series"] });
    this.#hand.refresh();
  }

  /** For paper: the light colours, and a view box by which the drawing fits any width. */
  print(isOn) {
    if (!this.#chart) return;
    this.#isOnPaper = isOn;
    this.redraw({ isStill: true });
    this.#chart.getZr().flush();
    const svg = this.querySelector(".chart-host svg");
    if (isOn) svg.setAttribute("viewBox", `0 0 ${this.#chart.getWidth()} ${this.#chart.getHeight()}`);
    else svg.removeAttribute("viewBox");
  }

  /** Shows the crosshair of another chart at the same moment. */
  follow(at_ms) {
    this.#hand?.follow(at_ms);
  }

  #state = () => ({ chart: this.#chart, spec: this.#spec, pointer: this.#drawn?.pointer, element: this });

  #fit(host) {
    if (!host.isConnected || host.clientWidth === 0 || host.clientHeight === 0) return;
    if (this.#chart) {
      if (host.clientWidth === this.#chart.getWidth() && host.clientHeight === this.#chart.getHeight()) return;
      this.#chart.resize();
      // Which labels fit depends on the width.
      this.redraw({ isStill: true });
      return;
    }
    this.#chart = open(host);
    const { signal } = this.#end;
    this.#brush = new Brush(this.canvas, this.#state, (first, last) => this.#choose(first, last), signal);
    this.#hand = new Hand(this.canvas, this.#state, this.#brush, { others: live, follow: (item) => this.#go(item), signal });
    this.#chart.on("click", (item) => this.#go(item));
    live.add(this);
    this.redraw({ isStill: this.hasAttribute("still") });
    this.canvas.classList.add("is-drawn");
    this.dispatchEvent(new CustomEvent("an-drawn", { bubbles: true }));
  }

  #toggle(id) {
    const hidden = this.hidden_series;
    if (!hidden.delete(id)) hidden.add(id);
    const all = [...this.querySelectorAll(".legend [data-series]")].map((entry) => entry.dataset.series);
    // The last one stays: an empty drawing would look like missing data.
    if (all.every((series) => hidden.has(series))) return announce("At least one must stay visible");
    this.setAttribute("hidden-series", [...hidden].join(" "));
    announce(hidden.has(id) ? "Hidden" : "Shown");
  }

  #choose(first, last) {
    const { axis, range_url: template } = this.#spec;
    const from_ms = axis.starts[first];
    const to_ms = axis.starts[last + 1] ?? axis.end;
    const event = new CustomEvent("an-range", { bubbles: true, cancelable: true, detail: { from_ms, to_ms } });
    if (this.dispatchEvent(event) && template) location.assign(rangeAddress(template, from_ms, to_ms));
  }

  #go(item) {
    const url = this.#drawn?.linkOf(item);
    if (!url || !isOwn(url)) return;
    hideTip();
    if (this.dispatchEvent(new CustomEvent("an-follow", { bubbles: true, cancelable: true, detail: { url } }))) location.assign(url);
  }
}
