// Menus and pop-overs are <details class="menu">, which open without script. With it they close on a click
// elsewhere, on Escape, and when another one opens; and they stay inside the window.
const opened = () => document.querySelectorAll("details.menu[open]");

const place = (menu) => {
  const pop = menu.querySelector(".menu-pop");
  pop.classList.remove("to-right");
  if (pop.getBoundingClientRect().left < 4) pop.classList.add("to-right");
};

export const startMenus = () => {
  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.menu");
    for (const menu of opened()) if (menu !== inside) menu.open = false;
    if (event.target.closest("[data-menu-close]") && inside) inside.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("toggle", (event) => event.target.matches?.("details.menu[open]") && place(event.target), { capture: true });
};
