// The theme: light, dark, or the system's. "System" is the absence of a choice.
const stored = () => {
  try {
    return localStorage.getItem("theme") ?? "system";
  } catch {
    return document.documentElement.dataset.theme ?? "system";
  }
};

/** "dark" or "light": what the reader sees. */
const seen = () => document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

const show = (choice) => {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
};

const choose = (choice) => {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  try {
    if (choice === "system") localStorage.removeItem("theme");
    else localStorage.setItem("theme", choice);
  } catch {
    // The choice then lasts as long as the page.
  }
  show(choice);
};

/** From dark to light or back, and says so to who cannot see it. */
export const toggleTheme = () => {
  const next = seen() === "dark" ? "light" : "dark";
  choose(next);
  document.getElementById("announce").textContent = `${next === "dark" ? "Dark" : "Light"} theme`;
};

export const startTheme = () => {
  show(stored());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
    if (event.target.closest("[data-theme-toggle]")) toggleTheme();
  });
};
