// "Copy link": the page's address, which says all that was asked for.
import { announce } from "../tip.js";

export const startCopyLink = () => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy-link]");
    if (!button) return;
    const word = button.querySelector("span");
    try {
      await navigator.clipboard.writeText(location.href);
      word.textContent = "Copied";
      announce("The link is copied");
    } catch {
      // The clipboard needs HTTPS or localhost.
      word.textContent = "Copy it from the address bar";
    }
    setTimeout(() => (word.textContent = "Copy link"), 1600);
  });
};
