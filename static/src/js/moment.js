// Relative times. The same rule as the server's: seconds, minutes, hours, and after a day the date stays.
/** "12 s ago" for an age in milliseconds; null from a day on, when the date is clearer. */
export const ago = (age_ms) => {
  const seconds = Math.max(0, Math.floor(age_ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return null;
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number) => String(number).padStart(2, "0");

/** "21 Nov 2026, 21:40:05 UTC": the exact time behind a relative one. */
export const exact = (at_ms) => {
  const at = new Date(at_ms);
  const date = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${date}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} UTC`;
};

/** Brings every relative time of the page up to `now_ms`, which is the server's clock where it is known. */
export const refresh = (now_ms) => {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const text = ago(now_ms - Date.parse(element.dateTime));
    if (text && element.textContent !== text) element.textContent = text;
  }
};

/** A `<time>` that `refresh` keeps up to date. */
export const timeElement = (at_ms, now_ms) => {
  const element = document.createElement("time");
  element.dateTime = new Date(at_ms).toISOString();
  element.title = exact(at_ms);
  element.dataset.ago = "";
  element.textContent = ago(now_ms - at_ms) ?? exact(at_ms).split(",")[0];
  return element;
};
