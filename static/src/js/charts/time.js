// Areas, lines and bars over time.
import { full } from "../number.js";
import { categoryAxis, grid, markLine, thresholdLines, uprightLines, valueAxis } from "./axis.js";
import { changeText } from "./change.js";
import { fade, hatch } from "./colour.js";

const isBar = (spec) => spec.style === "bars";
const last = (list) => list.length - 1;

/** Where a value stands between two gaps: a line has no length there, so it gets a dot. */
const lonely = (points) =>
  points.map((value, index) => (value !== null && (points[index - 1] ?? null) === null && (points[index + 1] ?? null) === null ? value : null));

const LINE = { type: "line", symbol: "circle", symbolSize: 8, showSymbol: false, smooth: 0.2, smoothMonotone: "x" };

const stroke = (colour, width, type = "solid") => ({ color: colour, width, type, cap: "round", join: "round" });

/** The series of one line: the finished part, the dashed running part, dots, the earlier period, the band. */
const lineSeries = (series, spec, view, isOnly) => {
  const { palette } = view;
  const colour = palette.of(series.colour);
  const { points } = series;
  const end = last(points);
  const isRunning = spec.is_partial && end > 0 && points[end] !== null;
  const dashFrom = series.forecast_from ?? (isRunning ? end : null);
  const solid = dashFrom === null ? points : points.map((value, index) => (index < dashFrom ? value : null));
  const width = isOnly ? 2 : 1.8;
  const item = { color: colour, borderColor: palette.token("s1"), borderWidth: 2 };
  const fill = spec.style === "area" ? { color: fade(palette, series.colour, isOnly ? 0.26 : 0.12) } : undefined;
  const made = [];
  if (series.band) {
    const base = { type: "line", symbol: "none", silent: true, stack: `${series.id}~band`, lineStyle: { opacity: 0 }, smooth: 0.2 };
    made.push(
      { ...base, id: `${series.id}~low`, data: series.band.low },
      {
        ...base,
        id: `${series.id}~high`,
        data: series.band.high.map((high, index) => (high === null ? null : high - series.band.low[index])),
        areaStyle: { color: palette.of(series.colour, 0.16) },
      },
    );
  }
  if (series.previous && view.compare) {
    made.push({
      ...LINE,
      id: `${series.id}~previous`,
      data: series.previous,
      symbol: "none",
      silent: true,
      z: 1,
      lineStyle: stroke(isOnly ? palette.token("t3") : palette.of(series.colour, 0.55), 1.5, [4, 4]),
      itemStyle: { color: palette.token("t3") },
    });
  }
  made.push({
    ...LINE,
    id: series.id,
    data: solid,
    z: 3,
    lineStyle: stroke(colour, width, series.dash ? [6, 3] : "solid"),
    itemStyle: item,
    areaStyle: fill,
  });
  if (dashFrom !== null) {
    made.push({
      ...LINE,
      id: `${series.id}~running`,
      // The dashed part starts at the last finished point, or a gap would show.
      data: points.map((value, index) => (index >= dashFrom - 1 ? value : null)),
      z: 3,
      lineStyle: stroke(colour, width, [4, 4]),
      itemStyle: item,
      areaStyle: fill && { color: fade(palette, series.colour, 0.1) },
    });
  }
  const dots = lonely(points);
  if (dots.some((value) => value !== null)) {
    made.push({ id: `${series.id}~dots`, type: "scatter", symbolSize: 5, silent: true, data: dots, itemStyle: { color: colour } });
  }
  return made;
};

/** Stacked bars; the running bucket is hatched, and the top piece of each bar is rounded. */
const barSeries = (shown, spec, view) => {
  const { palette } = view;
  const end = last(spec.axis.starts);
  const top = spec.axis.starts.map((_, index) => shown.findLastIndex((series) => (series.points[index] ?? 0) > 0));
  const bars = shown.map((series, place) => ({
    id: series.id,
    type: "bar",
    stack: "all",
    barCategoryGap: "28%",
    barMaxWidth: 42,
    barMinHeight: shown.length === 1 ? 1 : 0,
    emphasis: { disabled: true },
    itemStyle: { color: palette.of(series.colour), borderColor: palette.token("s1"), borderWidth: shown.length > 1 ? 0.6 : 0 },
    data: series.points.map((value, index) => {
      const isRunning = spec.is_partial && index === end;
      return {
        value,
        itemStyle: {
          borderRadius: top[index] === place ? [3, 3, 0, 0] : 0,
          ...(isRunning && { decal: hatch(palette), opacity: 0.75 }),
        },
      };
    }),
  }));
  const only = shown.length === 1 ? shown[0] : null;
  if (only?.previous && view.compare) {
    bars.push({
      ...LINE,
      id: `${only.id}~previous`,
      data: only.previous,
      symbol: "none",
      silent: true,
      z: 4,
      lineStyle: stroke(palette.token("t2"), 1.5, [4, 4]),
      itemStyle: { color: palette.token("t2") },
    });
  }
  return bars;
};

const isBeyond = (value, { value: limit, side }) => value !== null && (side === "below" ? value < limit : value > limit);

/** Stretches in which a line is beyond a threshold, shaded. */
const beyond = (shown, spec, palette) => {
  const areas = [];
  for (const threshold of spec.thresholds ?? []) {
    const hits = spec.axis.starts.map((_, index) => shown.some((series) => isBeyond(series.points[index], threshold)));
    hits.forEach((hit, index) => {
      if (!hit || hits[index - 1]) return;
      let end = index;
      while (hits[end + 1]) end += 1;
      const style = { color: palette.of(`c-${threshold.tone}`), opacity: 0.09 };
      areas.push([{ xAxis: String(Math.max(0, index - 1)), itemStyle: style }, { xAxis: String(Math.min(last(hits), Math.max(end, index))) }]);
    });
  }
  return areas;
};

/** Which bucket a moment falls into, or -1. */
export const bucketOf = ({ starts, end }, at) => (at >= end ? -1 : starts.findLastIndex((start) => start <= at));

const describe = (spec, shown, view) => (index) => {
  const { axis, unit } = spec;
  const isRunning = spec.is_partial && index === last(axis.starts);
  const value = (points) => points?.[index] ?? null;
  const text = (number) => (number === null ? "–" : full(number, unit));
  const mark = (series) => (isBar(spec) || shown.length > 1 ? `dot ${series.colour}` : `stroke ${series.colour}`);
  const isForecast = (series) => series.forecast_from != null && index >= series.forecast_from;
  const rows = shown.map((series) => ({
    mark: mark(series),
    name: isForecast(series) ? `${series.label}, forecast` : series.label,
    value: text(value(series.points)),
  }));
  // A stack is read from its top.
  if (isBar(spec)) rows.reverse();
  let foot = null;
  const only = shown.length === 1 ? shown[0] : null;
  if (only?.band && value(only.band.low) !== null) {
    rows.push({ mark: "", name: only.band.label, value: `${text(value(only.band.low))} to ${text(value(only.band.high))}` });
  }
  if (only?.previous && view.compare) {
    rows.push({ mark: "stroke dash c-quiet", name: axis.previous_titles?.[index] ?? "Previous", value: text(value(only.previous)) });
    const change = isRunning ? null : changeText(value(only.points), value(only.previous), unit);
    if (change) foot = { name: "Change", value: change };
  }
  if (isBar(spec) && spec.is_additive && spec.series.length > 1) {
    foot = { name: shown.length < spec.series.length ? "Total shown" : "Total", value: full(shown.reduce((sum, series) => sum + (value(series.points) ?? 0), 0), unit) };
  }
  const notes = (spec.annotations ?? []).filter(({ at }) => bucketOf(axis, at) === index).map(({ label }) => label);
  return { head: axis.titles[index] + (isRunning ? ", so far" : ""), rows, foot, notes };
};

export const time = (spec, view) => {
  const { palette, width } = view;
  const { axis, unit } = spec;
  const shown = spec.series.filter((series) => !view.hidden.has(series.id));
  const bars = isBar(spec);
  const marks = (spec.annotations ?? []).map(({ at, label }) => ({ index: bucketOf(axis, at), label })).filter(({ index }) => index >= 0);
  const pixelsPerBucket = (width - 60) / Math.max(1, axis.starts.length - (bars ? 0 : 1));
  const series = bars ? barSeries(shown, spec, view) : shown.flatMap((each) => lineSeries(each, spec, view, shown.length === 1));
  const lines = [...thresholdLines(palette, spec.thresholds ?? []), ...uprightLines(palette, marks, pixelsPerBucket)];
  const areas = bars ? [] : beyond(shown, spec, palette);
  // Thresholds must be inside the drawing even if every value is far below.
  series.push({
    id: "~marks",
    type: "line",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    data: (spec.thresholds ?? []).map(({ value }) => ["0", value]),
    markLine: markLine(lines),
    markArea: { silent: true, animation: false, data: areas },
  });
  return {
    option: {
      grid: grid(marks.length > 0 ? 26 : 14),
      xAxis: categoryAxis(palette, axis.labels, { width, isBand: bars }),
      yAxis: valueAxis(palette, unit, { isFitted: spec.baseline === "fitted" && !bars }),
      series,
    },
    pointer: {
      kind: "axis",
      count: axis.starts.length,
      isBand: bars,
      highlight: bars ? [] : shown.map((each) => each.id),
      describe: describe(spec, shown, view),
    },
    linkOf: ({ seriesId }) => spec.series.find((each) => each.id === seriesId)?.link ?? null,
  };
};
