// The button that shows a chart's numbers instead of its drawing. The table is in the page all along.
import { announce } from "../tip.js";

export const startTableSwitch = () => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-table-switch]");
    if (!button) return;
    const chart = document.getElementById(button.getAttribute("aria-controls"));
    const isTable = chart.classList.toggle("is-table");
    button.setAttribute("aria-pressed", String(isTable));
    announce(isTable ? "Shown as a table" : "Shown as a chart");
  });
};
