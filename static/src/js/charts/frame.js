// Where the plot of an axis chart lies inside its drawing.

/** Pixels of the plot, from the left upper corner of the chart. */
export const plotOf = (chart) => chart.getModel().getComponent("grid").coordinateSystem.getRect();

/** The middle of a bucket in pixels, and the width of one bucket. */
export const bucketAt = (chart, { count, isBand }, index) => {
  const plot = plotOf(chart);
  const width = plot.width / Math.max(1, isBand ? count : count - 1);
  return { x: plot.x + (isBand ? (index + 0.5) * width : count > 1 ? index * width : plot.width / 2), width };
};

/** The bucket nearest to a pixel, or -1 outside the plot. */
export const indexAt = (chart, { count, isBand }, x, y) => {
  const plot = plotOf(chart);
  const slack = 8;
  if (x < plot.x - slack || x > plot.x + plot.width + slack || y < plot.y - slack || y > plot.y + plot.height + slack) return -1;
  const share = (x - plot.x) / plot.width;
  const index = isBand ? Math.floor(share * count) : Math.round(share * (count - 1));
  return Math.max(0, Math.min(count - 1, index));
};
