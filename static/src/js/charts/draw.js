// From a spec to what ECharts draws; the one list of kinds.
import { bars, histogram, waterfall } from "./category.js";
import { donut, radar, sankey, scatter } from "./item.js";
import { time } from "./time.js";

const KINDS = { time, bars, waterfall, histogram, donut, scatter, radar, sankey };

/** The option for ECharts, how to point at it, and where its pieces lead. */
export const draw = (spec, view) => KINDS[spec.kind](spec, view);
