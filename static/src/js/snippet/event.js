// Makes events: what happened, on which page, and by whom as far as the page has said.
import { deliver } from "./delivery.js";
import { newId } from "./id.js";
import { isOn, settings } from "./settings.js";

/** The page that is looked at, for all events until the next page view. */
export const page = {};

/** The person, and what every event repeats of their traits. */
const who = {};

/** Adds an event. One that JSON cannot hold, such as a ring, is left out: it must not break the page. */
export const add = (type, fields) => {
  try {
    if (isOn) deliver(JSON.stringify({ id: newId(), type, timestamp: Date.now(), ...page, ...who, ...fields }));
  } catch {
    // There is nobody to tell.
  }
};

/** Says who uses the page from now on, or with nothing that nobody is known any more. */
export const identify = (user, traits) => {
  const { account, team, plan } = traits || {};
  // Pages call it whenever they draw themselves; nothing new is nothing to tell.
  const isNews = traits || user != who.user_id;
  Object.assign(who, { user_id: user || undefined, account, team, plan });
  if (user && isNews) add("identify", { metadata: traits });
};

/** Takes up the number of this browser that outlives the day, where the tag asks for it; else forgets it. */
export const remember = () => {
  const name = "analytics-id";
  try {
    if ("persist" in settings) who.anonymous_id = localStorage[name] = localStorage[name] || newId();
    else delete localStorage[name];
  } catch {
    // The browser blocks storage: the visitor stays unknown.
  }
};
