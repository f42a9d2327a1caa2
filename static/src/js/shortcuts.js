// Keys that work without a field: the palette, the theme, rooms by G and a letter, the list of all of them.
// A reader can turn all of them off (WCAG 2.1.4); the choice stays in this browser.
import { openPalette, startPalette } from "./palette.js";
import { toggleTheme } from "./theme.js";

/** A letter after G counts for this long. */
const CHORD_MS = 1200;

const areOn = () => {
  try {
    return localStorage.getItem("shortcuts") !== "off";
  } catch {
    return true;
  }
};

const turn = (on) => {
  try {
    if (on) localStorage.removeItem("shortcuts");
    else localStorage.setItem("shortcuts", "off");
  } catch {
    // Without storage they stay on.
  }
  document.documentElement.toggleAttribute("data-no-shortcuts", !on);
};

const open = (id) => (id === "palette" ? openPalette() : document.getElementById(id)?.showModal());

/** A key that is typed into a field, or meant for the browser or an open dialog, is not ours. */
const isOurs = (event) =>
  !event.metaKey && !event.ctrlKey && !event.altKey && !event.isComposing && !document.querySelector("dialog[open]") && !event.target.closest("input, textarea, select, [contenteditable]");

/** @param {?{chooseBeside: (step: number) => void}} figures the overview's figures, where they are on the page */
export const startShortcuts = (figures) => {
  startPalette();
  turn(areOn());
  const box = document.querySelector("[data-shortcuts]");
  if (box) {
    box.checked = areOn();
    box.addEventListener("change", () => turn(box.checked));
  }
  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const keys of document.querySelectorAll("[data-palette-keys]")) keys.textContent = "⌘ K";
  }
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) open(opener.dataset.open);
    if (event.target.closest("dialog [data-close]") || event.target.matches("dialog")) event.target.closest("dialog").close();
  });

  let chord_ms = Number.NEGATIVE_INFINITY;
  document.addEventListener("keydown", (event) => {
    if (!areOn()) return;
    const key = event.key.toLowerCase();
    if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && key === "k") {
      event.preventDefault();
      document.querySelector("dialog[open]")?.close();
      openPalette();
      return;
    }
    if (!isOurs(event)) return;
    const isChord = performance.now() - chord_ms < CHORD_MS;
    chord_ms = Number.NEGATIVE_INFINITY;
    if (isChord) {
      document.querySelector(`.nav-group a[data-key="${CSS.escape(key)}"]`)?.click();
      return;
    }
    if (/^[1-6]$/.test(key)) return document.querySelectorAll(".asked .seg a")[key - 1]?.click();
    switch (key) {
      case "g":
        chord_ms = performance.now();
        return;
      case "/":
        // The browser's own search in the page would open.
        event.preventDefault();
        return openPalette();
      case "?":
        return open("shortcuts");
      case "t":
        return toggleTheme();
      case "c": {
        const compare = document.querySelector("[data-compare] > summary");
        compare?.focus();
        return compare?.click();
      }
      case "[":
      case "]":
        return figures?.chooseBeside(key === "[" ? -1 : 1);
    }
  });
};
