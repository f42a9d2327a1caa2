// The command palette: every room, project and command by a few letters of its name. It reads the rooms and
// projects from the navigation, so there is no second list to keep.
import { search } from "./search.js";
import { element } from "./svg.js";
import { toggleTheme } from "./theme.js";

const dialog = document.getElementById("palette");

const links = (selector, group) =>
  [...document.querySelectorAll(selector)].map((link) => ({
    name: (link.querySelector("span:not(.sr)") ?? link).textContent.trim(),
    group: group ?? link.closest(".nav-group")?.querySelector("h2").textContent,
    keys: link.dataset.key ? `G ${link.dataset.key.toUpperCase()}` : "",
    run: () => link.click(),
  }));

/** What can be chosen on this page. */
const entries = () => {
  const press = (name, selector, keys = "") => {
    const button = document.querySelector(selector);
    return button ? [{ name, group: "Command", keys, run: () => button.click() }] : [];
  };
  return [
    ...links(".nav-group a"),
    ...links("[data-projects] a[aria-current], [data-projects] a[href^='?']", "Project"),
    ...links("[data-projects] a:not([href^='?'])", "Project"),
    ...[...document.querySelectorAll("[data-kpi]")].map((card) => ({ name: card.dataset.label, group: "Figure", keys: "", run: () => card.click() })),
    { name: "Switch colour theme", group: "Command", keys: "T", run: toggleTheme },
    ...press(document.querySelector("[data-live-pause]")?.getAttribute("aria-label"), "[data-live-pause]"),
    { name: "Print or save as PDF", group: "Command", keys: "", run: () => print() },
    ...press("Keyboard shortcuts", '[data-open="shortcuts"]', "?"),
    ...press("Log out", 'form[action$="/logout"] button'),
  ];
};

let all = [];
let shown = [];
let chosen = 0;

const mark = () => {
  const list = document.getElementById("palette-list");
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  const input = document.getElementById("palette-text");
  const item = list.children[chosen];
  if (item) input.setAttribute("aria-activedescendant", item.id);
  else input.removeAttribute("aria-activedescendant");
  item?.scrollIntoView({ block: "nearest" });
};

const draw = () => {
  const input = document.getElementById("palette-text");
  shown = search(all, input.value);
  chosen = 0;
  const items = shown.map(({ name, group, keys }, index) => {
    const item = element("li");
    item.id = `palette-${index}`;
    item.setAttribute("role", "option");
    item.dataset.index = String(index);
    item.append(element("span", "name", name), element("small", "", group));
    if (keys) item.append(element("kbd", "", keys));
    return item;
  });
  document.getElementById("palette-list").replaceChildren(...items);
  document.querySelector("[data-palette-none]").hidden = items.length > 0;
  mark();
};

const run = (index) => {
  const entry = shown[index];
  if (!entry) return;
  dialog.close();
  entry.run();
};

export const openPalette = () => {
  if (!dialog || dialog.open) return;
  all = entries();
  document.getElementById("palette-text").value = "";
  dialog.showModal();
  draw();
};

export const startPalette = () => {
  if (!dialog) return;
  document.getElementById("palette-text").addEventListener("input", draw);
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length > 0) {
      chosen = (chosen + step + shown.length) % shown.length;
      mark();
    } else if (event.key === "Enter") run(chosen);
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    const item = event.target.closest("[data-index]");
    if (item) run(Number(item.dataset.index));
  });
};
