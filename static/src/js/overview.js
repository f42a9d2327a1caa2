// The overview's live part: takes the frames of the channel and gives them to cards, charts, providers and feed.
// docs/live.md documents a frame.
import { countUp, showCard } from "./card.js";
import { Channel } from "./channel.js";
import { addEvents } from "./feed.js";
import { Hour } from "./hour.js";
import { ago, refresh } from "./moment.js";
import { showProviders } from "./providers.js";

const WORDS = { connecting: "Connecting", live: "Live", reconnecting: "Reconnecting", paused: "Paused", stale: "Stale" };
const main = document.querySelector("main");

/** A page without data waits for the first event, and then asks the server for the real page. */
const waitForFirst = (frame) => {
  if (!frame.events?.length) return;
  const last = Number(sessionStorage.getItem("first-event-reload") ?? 0);
  // The page may be a moment behind the channel; without this rule it would reload without end.
  if (Date.now() - last < 5000) return;
  sessionStorage.setItem("first-event-reload", String(Date.now()));
  // Not a reload: the page may be the answer to a form, which must not be sent again.
  location.replace(`${document.body.dataset.base}/?project=${encodeURIComponent(document.body.dataset.project)}`);
};

/** What a page with figures does with a frame. */
const figures = () => {
  const hour = new Hour(main);
  const cards = main.querySelectorAll("[data-kpi]");
  const feed = main.querySelector("[data-feed]");
  const providers = main.querySelector("[data-providers]");
  const nothing = main.querySelector("[data-no-providers]");
  for (const card of cards) countUp(card);
  const apply = (frame) => {
    for (const card of cards) showCard(card, frame);
    hour.apply(frame);
    showProviders(providers, nothing, frame.providers);
    addEvents(feed, frame.events, feed.dataset.prefix, frame.t);
  };
  return { apply, hour };
};

/** Starts the overview; gives the hour, for the keys that move through its figures. */
export const startOverview = () => {
  if (!main?.dataset.live) return null;
  const { apply, hour } = main.dataset.live === "waiting" ? { apply: waitForFirst, hour: null } : figures();
  const word = main.querySelector("[data-live-word]");
  const age = main.querySelector("[data-live-age]");
  const button = main.querySelector("[data-live-pause]");
  let clock_skew_ms = 0;

  const base = document.body.dataset.base;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const channel = new Channel({
    url: `${scheme}//${location.host}${base}/ws/live?project=${encodeURIComponent(document.body.dataset.project)}`,
    onFrame: (frame) => {
      clock_skew_ms = frame.t - Date.now();
      apply(frame);
    },
    onState: (state) => {
      main.dataset.state = state;
      word.textContent = WORDS[state];
      showAge();
      const paused = channel.pausedByReader;
      button.querySelector(".when-running").toggleAttribute("hidden", paused);
      button.querySelector(".when-paused").toggleAttribute("hidden", !paused);
      button.setAttribute("aria-label", paused ? "Resume live updates" : "Pause live updates");
    },
    onSignedOut: () => location.reload(),
  });
  const showAge = () => {
    const age_ms = channel.age();
    const text = age_ms === null ? "" : (ago(age_ms) ?? "over a day ago");
    if (age.textContent !== text) age.textContent = text;
  };

  button.addEventListener("click", () => (channel.pausedByReader ? channel.resume() : channel.pause()));
  document.addEventListener("visibilitychange", () => channel.setHidden(document.hidden));
  // A page kept in the back-forward cache must not hold a socket.
  addEventListener("pagehide", () => channel.setHidden(true));
  addEventListener("pageshow", () => channel.setHidden(document.hidden));
  setInterval(() => {
    if (document.hidden) return;
    channel.tick();
    showAge();
    refresh(Date.now() + clock_skew_ms);
  }, 1000);
  channel.hidden = document.hidden;
  main.dataset.state = "connecting";
  word.textContent = WORDS.connecting;
  age.textContent = "";
  channel.start();
  return hour;
};
