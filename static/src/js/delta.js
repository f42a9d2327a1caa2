// How a figure changed against the same time yesterday, by the same rules as the server (plot.cases.json).
import { short } from "./figure.js";

const size = (form, change) => {
  const most = Math.abs(change);
  if (form === "percent") return `${(Math.round(most * 100) / 100).toFixed(2)} pp`;
  // From ten times on a factor is easier to read than per cents.
  if (change >= 900) return `×${(Math.round(change / 10 + 10) / 10).toFixed(1)}`;
  return `${(Math.round(most * 10) / 10).toFixed(1)}%`;
};

/**
 * What to show beside a figure: text, the arrow's way, the colour's class, and against what.
 * @param {{form: string, better: string, prefix?: string, decimals?: number, now: ?number, change: ?number, then: ?number}} measured
 */
export const delta = ({ form, better, prefix = "", decimals = 2, now, change, then }) => {
  const still = (text, versus) => ({ text, way: "", tone: "", versus });
  if (then === null) return still("", "no comparison");
  const versus = `vs ${short(form, then, { prefix, decimals })}`;
  if (change === null) {
    if (then === 0) return still(now > 0 ? "new" : "", "none yesterday");
    return still("", versus);
  }
  const text = size(form, change);
  if (!/[1-9]/.test(text)) return still(text, versus);
  const way = change > 0 ? "up" : "down";
  if (better === "neutral") return { text, way, tone: "", versus };
  return { text, way, tone: (way === "up") === (better === "higher") ? "good" : "bad", versus };
};
