// A stretch of a time chart, chosen by dragging or by Shift and the arrow keys.
import { bucketAt, indexAt, plotOf } from "./frame.js";

/** Pixels a drag must cover, or it is a click. */
const LEAST = 6;

const iso = (at_ms) => new Date(at_ms).toISOString().replace(".000Z", "Z");

/** The address for a stretch: `{from}` and `{to}` of the template become times in UTC, half open. */
export const rangeAddress = (template, from_ms, to_ms) =>
  template.replaceAll("{from}", encodeURIComponent(iso(from_ms))).replaceAll("{to}", encodeURIComponent(iso(to_ms)));

export class Brush {
  #canvas;
  #state;
  #done;
  #element = document.createElement("i");
  #anchor = null;
  #end = null;

  /** `state` gives the chart, pointer and spec of now; `done` takes the chosen buckets. */
  constructor(canvas, state, done, signal) {
    this.#canvas = canvas;
    this.#state = state;
    this.#done = done;
    this.#element.className = "brush";
    this.#element.hidden = true;
    canvas.append(this.#element);
    canvas.addEventListener("pointerdown", (event) => this.#press(event), { signal });
  }

  get isOpen() {
    return this.#anchor !== null && this.#end !== null;
  }

  /** Makes the stretch end at `index`; it starts where it was first extended. */
  extend(from, index) {
    this.#anchor ??= from;
    this.#end = index;
    this.#show();
  }

  clear() {
    this.#anchor = null;
    this.#end = null;
    this.#element.hidden = true;
  }

  apply() {
    if (!this.isOpen) return;
    const [first, last] = [Math.min(this.#anchor, this.#end), Math.max(this.#anchor, this.#end)];
    this.clear();
    this.#done(first, last);
  }

  remove() {
    this.#element.remove();
  }

  #press(event) {
    // A finger scrolls; it chooses a range with the range links.
    const { chart, pointer, spec } = this.#state();
    if (event.button !== 0 || event.pointerType === "touch" || !chart || !spec.range_url) return;
    const left = () => this.#canvas.getBoundingClientRect().left;
    const top = () => this.#canvas.getBoundingClientRect().top;
    const from = indexAt(chart, pointer, event.clientX - left(), event.clientY - top());
    if (from < 0) return;
    const start_x = event.clientX;
    const end = new AbortController();
    const { signal } = end;
    const plot = plotOf(chart);
    addEventListener(
      "pointermove",
      (moved) => {
        if (Math.abs(moved.clientX - start_x) < LEAST && !this.isOpen) return;
        const x = Math.max(plot.x, Math.min(plot.x + plot.width, moved.clientX - left()));
        this.extend(from, indexAt(chart, pointer, x, plot.y));
      },
      { signal },
    );
    addEventListener("pointercancel", () => (end.abort(), this.clear()), { signal });
    addEventListener("pointerup", () => (end.abort(), this.apply()), { signal });
    addEventListener("keydown", ({ key }) => key === "Escape" && (end.abort(), this.clear()), { signal });
  }

  #show() {
    const { chart, pointer } = this.#state();
    const plot = plotOf(chart);
    const [first, last] = [Math.min(this.#anchor, this.#end), Math.max(this.#anchor, this.#end)];
    const half = pointer.isBand ? bucketAt(chart, pointer, first).width / 2 : 0;
    const from = bucketAt(chart, pointer, first).x - half;
    const to = bucketAt(chart, pointer, last).x + half;
    const { style } = this.#element;
    style.width = `${Math.max(2, to - from)}px`;
    style.height = `${plot.height}px`;
    style.transform = `translate(${from}px, ${plot.y}px)`;
    this.#element.hidden = false;
  }
}
