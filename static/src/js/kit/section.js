// <an-section src="…">: one card that is loaded on its own.
//
// It holds either the card itself, or a waiting card (`data-waiting`) that the server drew with the final size;
// the second kind is fetched once the page is there, a few at once (waiting.js). A link with `data-swap` inside it changes the section
// instead of the page: the link's query goes to the section's address and into the page's own. `refresh="60"`
// loads anew every so many seconds while the page is visible. While it loads, what is there is dimmed; what fails
// is said in the card, with a way to try again. Without script the links and the waiting card's link do the same
// with whole pages.
//
// Why not htmx: this is all that we need of it, in a tenth of its size, and the script budget belongs to the charts.

import { queue, unqueue } from "./waiting.js";

const FRAGMENT = { Accept: "application/problem+json", "X-Section": "1" };

const part = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

/** What a refused answer says, as the server's problem or in our words. */
const reason = async (answer) => {
  const id = answer.headers.get("x-request-id");
  try {
    const problem = await answer.json();
    return { text: problem.detail ?? problem.title, id };
  } catch {
    return { text: `The server answered ${answer.status}.`, id };
  }
};

/** Sets or drops query parameters in the page's other links and forms, so that they keep what was chosen here. */
export const carry = (before, after, except) => {
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => before.getAll(name).join("\n") !== after.getAll(name).join("\n"));
  if (changed.length === 0) return;
  for (const link of document.querySelectorAll('a[href^="?"]')) {
    if (except.contains(link)) continue;
    const query = new URLSearchParams(link.getAttribute("href"));
    for (const name of changed) {
      query.delete(name);
      for (const value of after.getAll(name)) query.append(name, value);
    }
    link.setAttribute("href", `?${query}`);
  }
  for (const form of document.querySelectorAll('form[method="get"]')) {
    for (const name of changed) {
      for (const old of form.querySelectorAll(`input[type="hidden"][name="${CSS.escape(name)}"]`)) old.remove();
      for (const value of after.getAll(name)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
  }
};

class AnSection extends HTMLElement {
  static observedAttributes = ["src"];

  #running = null;
  #timer = null;
  #isQuiet = false;

  connectedCallback() {
    this.addEventListener("click", this);
    if (this.querySelector("[data-waiting]")) queue(this);
    const every_s = Number(this.getAttribute("refresh"));
    if (every_s > 0) this.#timer = setInterval(() => document.visibilityState === "visible" && this.load(), every_s * 1000);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
    clearInterval(this.#timer);
    this.#running?.abort();
    unqueue(this);
  }

  attributeChangedCallback(_, before, after) {
    if (before !== null && before !== after && this.isConnected && !this.#isQuiet) this.load();
  }

  handleEvent(event) {
    if (event.target.closest("[data-retry]")) return this.load();
    const link = event.target.closest("a[data-swap]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#swap(new URL(link.href));
  }

  /** Fetches the section and puts it in place. Resolves to whether that worked. */
  async load() {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.getAttribute("src"), { headers: FRAGMENT, signal: running.signal });
      // Whoever is signed out gets the log-in page; that is for the whole page.
      if (answer.redirected || answer.status === 401) location.reload();
      else if (answer.ok) this.#place(await answer.text());
      else this.#fail(await reason(answer));
      return answer.ok;
    } catch (error) {
      if (error.name === "AbortError") return false;
      this.#fail({ text: "The server cannot be reached.", id: null });
      return false;
    } finally {
      if (this.#running === running) this.removeAttribute("aria-busy");
    }
  }

  async #swap(url) {
    const source = new URL(this.getAttribute("src"), location.href);
    // The attribute would load too; this load must know how it ended.
    const src = `${source.pathname}${url.search}`;
    const was = this.getAttribute("src");
    this.#quietly(src);
    if (!(await this.load())) return this.#quietly(was);
    history.replaceState(history.state, "", url);
    // What the section was asked for before tells what the link changed; the page's own address may say less.
    carry(source.searchParams, url.searchParams, this);
  }

  /** Changes the address without loading it. */
  #quietly(src) {
    this.#isQuiet = true;
    this.setAttribute("src", src);
    this.#isQuiet = false;
  }

  #place(html) {
    const isFirst = this.querySelector("[data-waiting]") !== null;
    const focus = this.contains(document.activeElement) ? document.activeElement : null;
    const place = focus && (focus.id ? `#${CSS.escape(focus.id)}` : focus.dataset.focus ? `[data-focus="${CSS.escape(focus.dataset.focus)}"]` : null);
    const template = document.createElement("template");
    template.innerHTML = html;
    // What is only brought up to date does not perform again.
    if (!isFirst) for (const chart of template.content.querySelectorAll("an-chart")) chart.setAttribute("still", "");
    this.replaceChildren(template.content);
    if (place) this.querySelector(place)?.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("an-placed", { bubbles: true }));
  }

  #fail({ text, id }) {
    this.querySelector("[data-failed]")?.remove();
    const waiting = this.querySelector("[data-waiting] [data-body]");
    const box = part("div", waiting ? "empty is-error" : "failed");
    box.dataset.failed = "";
    box.setAttribute("role", "alert");
    const button = part("button", "btn small", "Try again");
    button.type = "button";
    button.dataset.retry = "";
    box.append(part("h3", "", waiting ? "This could not be loaded" : "This could not be brought up to date"), part("p", "", text));
    if (id) {
      const request = part("p", "request-id", "Request ");
      request.append(part("code", "", id));
      box.append(request);
    }
    box.append(button);
    if (waiting) waiting.replaceChildren(box);
    else (this.firstElementChild ?? this).append(box);
  }
}

export const startSections = () => customElements.define("an-section", AnSection);
