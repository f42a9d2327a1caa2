// Bars by category, steps of a waterfall, and histograms.
import { full, short, tick } from "../number.js";
import { categoryAxis, grid, labelText, markLine, thresholdLines, valueAxis } from "./axis.js";

const axisPointer = (count, describe) => ({ kind: "axis", count, isBand: true, highlight: [], describe });

export const bars = (spec, view) => {
  const { palette, width } = view;
  const { categories, unit } = spec;
  const shown = spec.series.filter((series) => !view.hidden.has(series.id));
  const top = categories.map((_, index) => shown.findLastIndex((series) => (series.points[index] ?? 0) > 0));
  return {
    option: {
      grid: grid(),
      xAxis: categoryAxis(palette, categories.map(({ label }) => label), { width, isBand: true, everyLabel: categories.length <= 12 }),
      yAxis: valueAxis(palette, unit),
      series: shown.map((series, place) => ({
        id: series.id,
        type: "bar",
        stack: spec.is_stacked ? "all" : undefined,
        barCategoryGap: "38%",
        barGap: "12%",
        barMaxWidth: 64,
        emphasis: { disabled: true },
        itemStyle: { color: palette.of(series.colour), borderColor: palette.token("s1"), borderWidth: shown.length > 1 ? 0.6 : 0 },
        markLine: place === 0 ? markLine(thresholdLines(palette, spec.thresholds ?? [])) : undefined,
        data: series.points.map((value, index) => ({
          value,
          itemStyle: {
            borderRadius: !spec.is_stacked || top[index] === place ? [3, 3, 0, 0] : 0,
            ...(categories[index].colour && shown.length === 1 && { color: palette.of(categories[index].colour) }),
          },
        })),
      })),
    },
    pointer: axisPointer(categories.length, (index) => ({
      head: categories[index].label,
      rows: shown.map((series) => ({
        mark: `dot ${(shown.length === 1 && categories[index].colour) || series.colour}`,
        name: series.label,
        value: series.points[index] === null ? "–" : full(series.points[index], unit),
      })),
    })),
    linkOf: ({ seriesId, dataIndex }) =>
      categories[dataIndex]?.link ?? spec.series.find((series) => series.id === seriesId)?.link ?? null,
  };
};

export const waterfall = (spec, view) => {
  const { palette, width } = view;
  const { steps, unit } = spec;
  let level = 0;
  const drawn = steps.map(({ value, is_total: isTotal }) => {
    const from = isTotal ? 0 : level;
    level = isTotal ? value : level + value;
    return { low: Math.min(from, level), high: Math.max(from, level), tone: isTotal ? "c-accent" : value < 0 ? "c-bad" : "c-good" };
  });
  return {
    option: {
      grid: grid(24),
      xAxis: categoryAxis(palette, steps.map(({ label }) => label), { width, isBand: true, everyLabel: true }),
      yAxis: valueAxis(palette, unit),
      series: [
        { id: "~base", type: "bar", stack: "all", silent: true, itemStyle: { color: "transparent" }, data: drawn.map(({ low }) => low) },
        {
          id: "steps",
          type: "bar",
          stack: "all",
          barCategoryGap: "38%",
          barMaxWidth: 72,
          emphasis: { disabled: true },
          label: { show: true, position: "top", ...labelText(palette, "t1"), formatter: ({ dataIndex }) => short(steps[dataIndex].value, unit) },
          data: drawn.map(({ low, high, tone }) => ({ value: high - low, itemStyle: { color: palette.of(tone), borderRadius: 3 } })),
        },
      ],
    },
    pointer: axisPointer(steps.length, (index) => ({
      head: steps[index].label,
      rows: [{ mark: `dot ${drawn[index].tone}`, name: steps[index].is_total ? "Total" : "Change", value: full(steps[index].value, unit) }],
    })),
    linkOf: ({ dataIndex }) => steps[dataIndex]?.link ?? null,
  };
};

/** Where a value lies on an axis of bins, in bins: 3.5 is the middle of the fourth. */
const placeOf = (bins, value) => {
  const index = bins.findIndex(({ to }) => value < to);
  if (index < 0) return bins.length - 1;
  const { from, to } = bins[index];
  return index + (value - from) / (to - from) - 0.5;
};

export const histogram = (spec, view) => {
  const { palette, width } = view;
  const { bins, unit, count_unit: countUnit } = spec;
  const marks = (spec.marks ?? []).map(({ at, label }) => ({ xAxis: Math.max(0, placeOf(bins, at)), label }));
  return {
    option: {
      grid: grid(marks.length > 0 ? 24 : 14),
      xAxis: categoryAxis(palette, bins.map(({ from }) => tick(from, unit)), { width, isBand: true, fromFirst: true }),
      yAxis: valueAxis(palette, countUnit),
      series: [
        {
          id: "bins",
          type: "bar",
          barCategoryGap: "8%",
          emphasis: { disabled: true },
          itemStyle: { color: palette.of("c-accent"), borderRadius: [2, 2, 0, 0] },
          data: bins.map(({ count }) => count),
          markLine: markLine(
            marks.map(({ xAxis, label }) => ({
              xAxis: Math.round(xAxis),
              name: label,
              lineStyle: { color: palette.token("t2"), type: [3, 3], width: 1 },
              label: { show: true, ...labelText(palette, "t2"), position: "end", distance: 6, formatter: label },
            })),
          ),
        },
      ],
    },
    pointer: axisPointer(bins.length, (index) => {
      const { from, to, count } = bins[index];
      const all = bins.reduce((sum, bin) => sum + bin.count, 0);
      return {
        head: `${short(from, unit)} to ${short(to, unit)}`,
        rows: [
          { mark: "dot c-accent", name: spec.count_label, value: full(count, countUnit) },
          { mark: "", name: "Share", value: all > 0 ? full(count / all, { form: "share" }) : "–" },
        ],
      };
    }),
    linkOf: ({ dataIndex }) => bins[dataIndex]?.link ?? null,
  };
};
