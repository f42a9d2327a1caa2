// What the pointer and the keyboard do on a chart: crosshair, tooltip, highlight, links.
import { announce, hideTip, showTip, tipSentence } from "../tip.js";
import { Cross } from "./cross.js";
import { bucketAt, indexAt, plotOf } from "./frame.js";
import { bucketOf } from "./time.js";

export class Hand {
  #canvas;
  #state;
  #brush;
  #others;
  #follow;
  #cross;
  /** The bucket, or the number of the piece, that is shown; -1 for none. */
  #index = -1;
  #lit = [];

  constructor(canvas, state, brush, { others, follow, signal }) {
    this.#canvas = canvas;
    this.#state = state;
    this.#brush = brush;
    this.#others = others;
    this.#follow = follow;
    this.#cross = new Cross(canvas);
    const { chart } = state();
    const on = (name, task) => canvas.addEventListener(name, task, { signal });
    on("pointermove", (event) => this.#move(event));
    on("pointerdown", (event) => event.pointerType === "touch" && this.#move(event));
    on("pointerleave", () => this.leave());
    on("keydown", (event) => this.#key(event));
    on("blur", () => this.leave());
    on("dblclick", () => this.#widen());
    chart.on("mouseover", (item) => this.#pointAt(item));
    chart.on("mouseout", () => state().pointer.kind === "item" && this.leave());
  }

  /** After a redraw: what was shown may be gone. */
  refresh() {
    const { chart, pointer, element } = this.#state();
    this.leave();
    const leads = (element.spec.range_url ?? null) !== null;
    this.#canvas.classList.toggle("has-range", leads && pointer.kind === "axis");
    chart.getZr().setCursorStyle("default");
  }

  remove() {
    this.#cross.remove();
    hideTip();
  }

  leave() {
    if (this.#index < 0) return;
    this.#index = -1;
    this.#light([]);
    this.#cross.hide();
    for (const other of this.#others) other.follow(null);
    hideTip();
  }

  follow(at_ms) {
    const { chart, pointer, spec } = this.#state();
    if (spec.kind !== "time" || this.#index >= 0) return;
    const index = at_ms === null ? -1 : bucketOf(spec.axis, at_ms);
    if (index < 0) this.#cross.hide();
    else this.#cross.show(chart, pointer, index);
  }

  #edge() {
    return this.#canvas.getBoundingClientRect();
  }

  #move(event) {
    const { chart, pointer } = this.#state();
    if (pointer.kind !== "axis") return;
    const { left, top } = this.#edge();
    const index = indexAt(chart, pointer, event.clientX - left, event.clientY - top);
    if (index < 0) return this.leave();
    this.#showBucket(index, event.clientY);
  }

  #showBucket(index, y) {
    const { chart, pointer, spec, element } = this.#state();
    const { left, top } = this.#edge();
    const plot = plotOf(chart);
    const { x, width } = bucketAt(chart, pointer, index);
    if (index !== this.#index) {
      this.#index = index;
      this.#cross.show(chart, pointer, index);
      this.#light(pointer.highlight.map((seriesId) => ({ seriesId, dataIndex: index })));
      if (spec.kind === "time") {
        for (const other of this.#others) if (other !== element) other.follow(spec.axis.starts[index]);
      }
    }
    const content = pointer.describe(index);
    showTip(content, left + x, y ?? top + plot.y + plot.height / 3, pointer.isBand ? width / 2 + 8 : 14);
    return content;
  }

  #pointAt(item) {
    const { pointer } = this.#state();
    if (pointer.kind !== "item" || item.dataIndex === undefined) return;
    this.#index = 0;
    const { left, top } = this.#edge();
    const { event } = item.event ?? {};
    showTip(pointer.describe(item), event?.clientX ?? left, event?.clientY ?? top);
  }

  #showItem(index) {
    const { pointer } = this.#state();
    const item = pointer.items[index];
    this.#index = index;
    this.#light([item]);
    const { left, top, width, height } = this.#edge();
    const content = pointer.describe(item);
    showTip(content, left + width / 2, top + height / 2, 0);
    return content;
  }

  #light(items) {
    const { chart } = this.#state();
    if (!chart) return;
    for (const item of this.#lit) chart.dispatchAction({ type: "downplay", ...item });
    for (const item of items) chart.dispatchAction({ type: "highlight", ...item });
    this.#lit = items;
  }

  #widen() {
    const { spec } = this.#state();
    if (spec.wider_url) location.assign(spec.wider_url);
  }

  #key(event) {
    const { pointer, spec } = this.#state();
    const count = pointer.kind === "axis" ? pointer.count : pointer.items.length;
    if (count === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const from = this.#index < 0 ? (pointer.kind === "axis" ? count - 1 : 0) : this.#index;
    const to = {
      ArrowLeft: this.#index < 0 ? from : from - 1,
      ArrowRight: this.#index < 0 ? from : from + 1,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const index = Math.max(0, Math.min(count - 1, to));
      if (event.shiftKey && spec.range_url) this.#brush.extend(from, index);
      else this.#brush.clear();
      announce(tipSentence(pointer.kind === "axis" ? this.#showBucket(index) : this.#showItem(index)));
    } else if (event.key === "Escape") {
      this.#brush.clear();
      this.leave();
    } else if (event.key === "Enter") {
      if (this.#brush.isOpen) return this.#brush.apply();
      if (this.#index < 0) return;
      if (pointer.kind === "item") return this.#follow(pointer.items[this.#index]);
      // By keyboard a bucket is one thing: it leads where its category leads, or its only series.
      const only = spec.series?.length === 1 ? spec.series[0].id : undefined;
      this.#follow({ dataIndex: this.#index, seriesId: only });
    }
  }
}
