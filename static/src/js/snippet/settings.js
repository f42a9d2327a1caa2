// What the script tag says, and what the visitor's browser says.
const script = document.currentScript || document.querySelector("script[data-key]");

/** The `data-*` attributes of the script tag. */
export const settings = script.dataset;

/**
 * Where events are sent; the sender's time is to be added. By default it is the address the script came from, so
 * that a changed file name, a base path or a proxy of the page's own host needs no further setting.
 */
export const target = `${settings.to || script.src.split("?")[0]}?key=${settings.key}&sent_at=`;

/** Whether anything is counted: not without a key, and not against the visitor's will, which the server asks too. */
export const isOn =
  settings.key && (settings.dnt == "ignore" || !(navigator.doNotTrack == 1 || navigator.globalPrivacyControl));

/** Listens before the page does, which may keep events to itself. */
export const on = (names, listener) => {
  for (const name of names.split(" ")) addEventListener(name, listener, true);
};
