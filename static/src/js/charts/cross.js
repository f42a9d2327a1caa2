// The line under the pointer, drawn over every time chart of the page at the same moment.
import { bucketAt, plotOf } from "./frame.js";

/** One line or band over a canvas. */
export class Cross {
  #element = document.createElement("i");

  constructor(canvas) {
    this.#element.className = "cross";
    this.#element.hidden = true;
    canvas.append(this.#element);
  }

  show(chart, pointer, index) {
    const plot = plotOf(chart);
    const { x, width } = bucketAt(chart, pointer, index);
    const { style } = this.#element;
    this.#element.classList.toggle("is-band", pointer.isBand);
    style.width = pointer.isBand ? `${width}px` : "";
    style.height = `${plot.height}px`;
    style.transform = `translate(${pointer.isBand ? x - width / 2 : Math.round(x)}px, ${plot.y}px)`;
    this.#element.hidden = false;
  }

  hide() {
    this.#element.hidden = true;
  }

  remove() {
    this.#element.remove();
  }
}
