// Page views, and how long each page was visible.
import { leave, retry } from "./delivery.js";
import { add, page } from "./event.js";
import { on, settings } from "./settings.js";

const now = () => performance.now();
/** What distinguishes one page view from the next. */
const where = () =>
  location.pathname + ("query" in settings ? location.search : "") + ("hash" in settings ? location.hash : "");

let referrer = document.referrer;
/** Since when the page has been visible without that being told; 0 while it is hidden, or nobody seems to be there. */
let visibleSince = 0;
let lastInput;

const ping = () => {
  // More than the minute between two pings means that the machine was asleep.
  if (visibleSince) add("page_ping", { visible_ms: Math.min(now() - visibleSince, 6e4) | 0 });
  visibleSince = 0;
};

const see = () => {
  if (!document.hidden) visibleSince = visibleSince || now();
};

const wake = () => {
  lastInput = now();
  see();
};

const view = () => {
  ping();
  // The server cuts it there too; and a fragment is nobody's business, unless it is the page.
  page.url = location.href.split("#")[0].slice(0, 2e3);
  page.path = where();
  add("page_view", { title: document.title, referrer, screen: `${screen.width}x${screen.height}` });
  referrer = page.url;
  wake();
};

/** Counts a page view if the address has become another. */
export const look = () => {
  if (page.path && page.path != where()) view();
};
/** Frameworks set the title a moment after the address, and some correct the address once more. */
const lookSoon = () => setTimeout(look, 100);

const hide = (event) => {
  look();
  ping();
  leave(event.type == "pagehide");
};

export const startPages = () => {
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function (...values) {
      original.apply(this, values);
      lookSoon();
    };
  }
  on("popstate hashchange", lookSoon);
  on("pagehide", hide);
  // A page that comes back as it was left is one more page for the visitor.
  on("pageshow", (event) => {
    if (event.persisted) {
      visibleSince = 0;
      view();
    }
  });
  on("online", retry);
  on("visibilitychange", (event) => {
    if (document.hidden) return hide(event);
    wake();
    retry();
  });
  on("pointermove keydown scroll", wake);
  // A visible page is told of each minute, so that a crash loses little and a long read stays one visit; until five
  // minutes after the last input.
  setInterval(() => {
    ping();
    if (now() - lastInput < 3e5) see();
  }, 6e4);
  view();
};
