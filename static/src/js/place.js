// Keeps the reader's place when a link or form asks the same page for something else: another range, one more filter.
// Without script the page begins at its top again.
const NAME = "place";

const read = () => {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null;
  }
};

/** Scrolls to where the same page was left, if the address differs in its query alone. */
const restore = () => {
  const left = read();
  const came = performance.getEntriesByType("navigation")[0]?.type;
  // Back, forward and reload are the browser's own to restore.
  if (came !== "navigate" || location.hash || left?.path !== location.pathname || !document.referrer.startsWith(location.origin + left.path)) return;
  scrollTo({ top: left.top, behavior: "instant" });
};

export const startPlace = () => {
  restore();
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(NAME, JSON.stringify({ path: location.pathname, top: scrollY }));
    } catch {
      // Without storage every page begins at its top.
    }
  });
};
