// Lines and areas as SVG paths: the same drawing as the server's, so that a redraw does not move the line.
const round = (number) => String(Number(number.toFixed(1)));

/** The view box of a card's small curve. */
export const SPARK = { width: 160, height: 40, top: 3, zero: 38 };
/** The view box of a line plot: ten units a minute. Its line bends between values instead of breaking at them. */
export const LINES = { width: 590, height: 200, top: 0, zero: 200, isSmooth: true };

/** The largest of some values; 0 without one. */
export const largest = (values) => values.reduce((most, value) => Math.max(most, value ?? 0), 0);

/** A monotone cubic through points at equal steps: flat at peaks, and nowhere beyond the two values beside it. */
const bent = (points) => {
  const rise = points.slice(1).map(([, y], index) => y - points[index][1]);
  const at = ([x, y]) => `${round(x)} ${round(y)}`;
  if (rise.length < 2) return points.map(at).join("L");
  const slope = points.map((_, index) => {
    const [before, after] = [rise[index - 1], rise[index]];
    return before * after > 0 ? Math.sign(before) * Math.min(2 * Math.min(Math.abs(before), Math.abs(after)), Math.abs(before + after) / 2) : 0;
  });
  slope[0] = (3 * rise[0] - slope[1]) / 2;
  slope[rise.length] = (3 * rise.at(-1) - slope.at(-2)) / 2;
  return rise.reduce((path, _, index) => {
    const [[x, y], [nextX, nextY]] = points.slice(index, index + 2);
    const third = (nextX - x) / 3;
    const ends = [[x + third, y + slope[index] / 3], [nextX - third, nextY - slope[index + 1] / 3], [nextX, nextY]];
    return `${path}C${ends.map(at).join(" ")}`;
  }, at(points[0]));
};

/** Paths for the values of equal steps, oldest first; null is a gap. The base line is zero. */
export const curve = (values, most, { width, height, top, zero, isSmooth }) => {
  const x = (index) => (values.length < 2 ? 0 : (index / (values.length - 1)) * width);
  const y = (value) => zero - (most > 0 ? Math.min(1, Math.max(0, value / most)) : 0) * (zero - top);
  let line = "";
  let fill = "";
  let start = 0;
  while (start < values.length) {
    if (values[start] === null) {
      start += 1;
      continue;
    }
    let end = start;
    while (end + 1 < values.length && values[end + 1] !== null) end += 1;
    const points = values.slice(start, end + 1).map((value, offset) => [x(start + offset), y(value)]);
    const path = isSmooth ? bent(points) : points.map(([left, down]) => `${round(left)} ${round(down)}`).join("L");
    // One point alone has no length; a zero-length stroke with round caps is a dot.
    line += `M${path}${points.length === 1 ? "h0" : ""}`;
    if (points.length > 1) fill += `M${round(x(start))} ${height}L${path}L${round(x(end))} ${height}Z`;
    start = end + 1;
  }
  return { line, fill };
};

/** Today and yesterday to one scale; an empty yesterday is not drawn. */
export const sparkline = (today, yesterday) => {
  const most = Math.max(largest(today), largest(yesterday));
  return { today: curve(today, most, SPARK), yesterday: largest(yesterday) > 0 ? curve(yesterday, most, SPARK).line : "" };
};
