// A page that takes long to come is said: the present one dims, and a bar runs below the header. The style sheet
// waits 150 ms before it shows anything, so that a quick answer never flickers.
const root = document.documentElement;

const isAway = (link, event) =>
  link.origin === location.origin &&
  !link.hasAttribute("download") &&
  (link.target === "" || link.target === "_self") &&
  link.href.split("#")[0] !== location.href.split("#")[0] &&
  !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0);

export const startLeaving = () => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    // A handler may still keep the reader here; the class is set only once all of them have run.
    if (link && isAway(link, event)) queueMicrotask(() => root.toggleAttribute("data-leaving", !event.defaultPrevented));
  });
  document.addEventListener("submit", (event) => {
    queueMicrotask(() => root.toggleAttribute("data-leaving", !event.defaultPrevented));
  });
  // Back from the browser's cache, or stopped by the reader.
  addEventListener("pageshow", () => root.removeAttribute("data-leaving"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.removeAttribute("data-leaving");
  });
};
