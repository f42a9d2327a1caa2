// How a figure changed against the same time yesterday, by the same rules as the server (plot.cases.json).
import { short } from "./number.js";

const told = (size, unit, better) => {
  const [decimals, ending] = unit.form === "share" ? [2, " pp"] : [1, "%"];
  const scale = 10 ** decimals;
  const text = (Math.round(Math.abs(size) * scale) / scale).toFixed(decimals);
  const way = /[1-9]/.test(text) ? (size > 0 ? "up" : "down") : "unchanged";
  const isGood = (way === "up") === (better === "higher");
  const tone = way === "unchanged" || better === "neutral" ? "quiet" : isGood ? "good" : "bad";
  return { text: text + ending, way, tone };
};

const NOTHING = { text: "", way: "", tone: "" };

/**
 * What to show beside a figure: how much, which way, whether that is good, and against what.
 * @param {{unit: object, better: string, now: ?number, change: ?number, then: ?number}} measured
 */
export const delta = ({ unit, better, now, change, then }) => {
  if (then === null) return { ...NOTHING, versus: "no comparison" };
  if (then === 0 && unit.form !== "share") {
    const came = now > 0 ? { ...told(1, unit, better), text: "new" } : NOTHING;
    return { ...came, versus: "none yesterday" };
  }
  return { ...(change === null ? NOTHING : told(change, unit, better)), versus: `vs ${short(then, unit)}` };
};
