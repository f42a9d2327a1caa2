// The navigation drawer of narrow windows, the project menu, and the line under a scrolled header.
// Without script the drawer still opens: its button is a link to the drawer, and CSS shows the target.
const root = document.body;
const side = document.getElementById("side");
const opener = document.querySelector("[data-drawer-open]");

const open = () => {
  root.classList.add("nav-open");
  opener.setAttribute("aria-expanded", "true");
  document.querySelector("main").inert = true;
  side.querySelector("a, button, summary").focus();
};

const close = () => {
  if (!root.classList.contains("nav-open")) return;
  root.classList.remove("nav-open");
  opener.setAttribute("aria-expanded", "false");
  document.querySelector("main").inert = false;
  opener.focus();
};

const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.switch[open]")) {
    if (menu !== except) menu.open = false;
  }
};

export const startDrawer = () => {
  if (!side || !opener) return;
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });
  opener.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.switch"));
    if (!event.target.closest("[data-drawer-close]")) return;
    event.preventDefault();
    close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.switch[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else close();
  });
  // A window that grows past the drawer's width must not leave the page inert.
  matchMedia("(max-width: 820px)").addEventListener("change", (query) => {
    if (!query.matches) close();
  });
  const top = document.querySelector(".top");
  const mark = () => top?.classList.toggle("stuck", scrollY > 4);
  addEventListener("scroll", mark, { passive: true });
  mark();
};
