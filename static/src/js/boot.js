// Runs before the first paint, so that a chosen theme never flashes. The policy allows no inline script.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // A browser that refuses storage follows the system's theme.
  }
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
})();
