// Lines and areas as SVG paths: the same drawing as the server's, so that a redraw does not move the line.
const round = (number) => String(Number(number.toFixed(1)));

/** The view box of a card's small curve. */
export const SPARK = { width: 160, height: 40, top: 3, zero: 38 };
/** The view box of a line plot: ten units a minute. */
export const LINES = { width: 590, height: 200, top: 0, zero: 200 };

/** The largest of some values; 0 without one. */
export const largest = (values) => values.reduce((most, value) => Math.max(most, value ?? 0), 0);

/** Paths for the values of equal steps, oldest first; null is a gap. The base line is zero. */
export const curve = (values, most, { width, height, top, zero }) => {
  const x = (index) => round(values.length < 2 ? 0 : (index / (values.length - 1)) * width);
  const y = (value) => round(zero - (most > 0 ? Math.min(1, Math.max(0, value / most)) : 0) * (zero - top));
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
    const points = values.slice(start, end + 1).map((value, offset) => `${x(start + offset)} ${y(value)}`);
    // One point alone has no length; a zero-length stroke with round caps is a dot.
    line += `M${points.join("L")}${points.length === 1 ? "h0" : ""}`;
    if (points.length > 1) fill += `M${x(start)} ${height}L${points.join("L")}L${x(end)} ${height}Z`;
    start = end + 1;
  }
  return { line, fill };
};

/** Today and yesterday to one scale; an empty yesterday is not drawn. */
export const sparkline = (today, yesterday) => {
  const most = Math.max(largest(today), largest(yesterday));
  return { today: curve(today, most, SPARK), yesterday: largest(yesterday) > 0 ? curve(yesterday, most, SPARK).line : "" };
};
