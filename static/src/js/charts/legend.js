// The legend's entries as switches: without script they are plain words, so the buttons are made here.

/** Turns each `[data-series]` of the list into a button; `toggle` gets the series' id. */
export const startLegend = (list, hidden, toggle) => {
  for (const entry of list?.querySelectorAll("[data-series]") ?? []) {
    const { series } = entry.dataset;
    let button = entry.querySelector("button");
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.className = "key";
      button.title = "Show or hide";
      button.append(...entry.childNodes);
      entry.append(button);
    }
    button.onclick = () => toggle(series);
    button.setAttribute("aria-pressed", String(!hidden.has(series)));
  }
};

export const showLegend = (list, hidden) => {
  for (const entry of list?.querySelectorAll("[data-series]") ?? []) {
    entry.querySelector("button")?.setAttribute("aria-pressed", String(!hidden.has(entry.dataset.series)));
  }
};
