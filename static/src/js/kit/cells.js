// Drawings made of HTML whose parts carry `data-tip`, one text a line: a head, then names and values in turn: heat map, cohort table, map.
// The tooltip shows on hover and on focus; in a table with `data-grid` the arrow keys move from cell to cell.
import { isOwn } from "../own_address.js";
import { hideTip, showTipAt } from "../tip.js";

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** "Mon 09:00", "Mean", "184", "Occurrences", "4", one a line. */
export const tipOf = (text) => {
  const [head, ...pairs] = text.split("\n");
  const rows = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) rows.push({ name: pairs[at], value: pairs[at + 1] });
  return { head, rows };
};

const show = (event) => {
  const target = event.target.closest?.("[data-tip]");
  if (target) showTipAt(tipOf(target.dataset.tip), target);
};

const hide = (event) => {
  if (event.target.closest?.("[data-tip]")) hideTip();
};

/** The nearest cell in a direction that says something; cells without a value are passed over. */
const neighbour = (cell, [across, down]) => {
  const rows = cell.closest("table").tBodies[0].rows;
  let row = [...rows].indexOf(cell.parentNode) + down;
  let column = cell.cellIndex + across;
  while (rows[row]?.cells[column]) {
    if (rows[row].cells[column].dataset.tip) return rows[row].cells[column];
    row += down;
    column += across;
  }
  return null;
};

const step = (event) => {
  const cell = event.target.closest?.("[data-grid] td[data-tip]");
  if (!cell) return;
  if (event.key === "Escape") return hideTip();
  const direction = ARROWS[event.key];
  if (!direction) return;
  event.preventDefault();
  const next = neighbour(cell, direction);
  if (!next) return;
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
};

/** A country leads where its row in the list beside the map does; that row is the way for the keyboard. */
const follow = (event) => {
  const url = event.target.closest?.("[data-href]")?.dataset.href;
  if (url && isOwn(url)) location.assign(url);
};

export const startCells = () => {
  document.addEventListener("click", follow);
  document.addEventListener("pointerover", show);
  document.addEventListener("pointerout", hide);
  document.addEventListener("focusin", show);
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", step);
};
