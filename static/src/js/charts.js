// The bundle of pages with charts.
import { AnChart, live } from "./charts/element.js";

const redrawAll = () => {
  for (const chart of live) chart.redraw({ isStill: true });
};

// The theme is an attribute of the root, or the system's wish where nobody chose.
new MutationObserver(redrawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
matchMedia("(prefers-contrast: more)").addEventListener("change", redrawAll);

addEventListener("beforeprint", () => {
  for (const chart of live) chart.print(true);
});
addEventListener("afterprint", () => {
  for (const chart of live) chart.print(false);
});

customElements.define("an-chart", AnChart);
