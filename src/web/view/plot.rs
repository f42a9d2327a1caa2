//! The charts of the last hour as the server draws them: lines, stacked bars, axes, and the same as a table.
//!
//! Places are percentages of the drawing, which is as wide as its card, so that text keeps its size and nothing
//! needs script. The live script redraws by the same rules (`static/src/js/plot.js`; `plot.cases.json` holds what
//! both must answer).

use crate::render::unit::Unit;
use crate::web::view::curve::{Canvas, Curve, coordinate, largest};

/// The view box of a line plot: ten units a minute, and zero at the lower edge.
pub const LINES: Canvas = Canvas {
    width: 590.0,
    height: 200.0,
    top: 0.0,
    zero: 200.0,
    is_smooth: true,
};
/// Series of a stack with a colour of their own; the rest is one "Other".
pub const STACK_MAX: usize = 7;
/// Share of a bar's place that the bar fills.
const BAR_SHARE: f64 = 0.76;

/// A label of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Where, in per cent of the drawing.
    pub at: String,
    /// What it says.
    pub text: String,
}

/// The last hour of one figure against the same hour of yesterday.
#[derive(Clone, Debug, Default)]
pub struct LinePlot {
    /// Today.
    pub today: Curve,
    /// The line to the running minute, where that is not over and so not comparable; else empty.
    pub tail: String,
    /// The line of yesterday; empty where yesterday had nothing to show.
    pub yesterday: String,
    /// Grid lines, the lowest last.
    pub y: Vec<Tick>,
    /// Times.
    pub x: Vec<Tick>,
}

impl LinePlot {
    /// The plot of values at equal steps, oldest first; `None` is a gap. `is_sum` sets the last step apart.
    pub fn new(
        today: &[Option<f64>],
        yesterday: &[Option<f64>],
        unit: &Unit,
        is_sum: bool,
        x: Vec<Tick>,
    ) -> LinePlot {
        let steps = scale(largest(today).max(largest(yesterday)), unit);
        let most = steps.last().copied().unwrap_or(1.0);
        let over = today.len().saturating_sub(1);
        let only = |is_shown: &dyn Fn(usize) -> bool| -> Vec<Option<f64>> {
            let values = today.iter().enumerate();
            values
                .map(|(step, value)| value.filter(|_| is_shown(step)))
                .collect()
        };
        let (whole, tail) = match is_sum {
            true => (only(&|step| step < over), only(&|step| step + 1 >= over)),
            false => (today.to_vec(), Vec::new()),
        };
        LinePlot {
            today: Curve::new(&whole, most, LINES),
            tail: Curve::new(&tail, most, LINES).line,
            yesterday: match largest(yesterday) > 0.0 {
                true => Curve::new(yesterday, most, LINES).line,
                false => String::new(),
            },
            y: y_axis(&steps, unit),
            x,
        }
    }
}

/// A part of a bar. Places and sizes are per cent of the drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The colour's class.
    pub class: &'static str,
    /// Left edge.
    pub x: String,
    /// Upper edge.
    pub y: String,
    /// Width.
    pub width: String,
    /// Height.
    pub height: String,
    /// Whether it belongs to the last step, which is still running.
    pub is_so_far: bool,
}

/// Bars of equal steps, stacked by series.
#[derive(Clone, Debug, Default)]
pub struct StackPlot {
    /// The parts of all bars; those of zero are left out.
    pub parts: Vec<Part>,
    /// Grid lines, the lowest last.
    pub y: Vec<Tick>,
    /// Times.
    pub x: Vec<Tick>,
}

impl StackPlot {
    /// The plot of counts at equal steps, oldest first, the first series lowest.
    pub fn new(series: &[(&'static str, &[u64])], x: Vec<Tick>) -> StackPlot {
        let steps_of_time = series
            .iter()
            .map(|(_, counts)| counts.len())
            .max()
            .unwrap_or(0);
        let total = |step: usize| -> u64 {
            series
                .iter()
                .filter_map(|(_, counts)| counts.get(step))
                .sum()
        };
        let most = (0..steps_of_time).map(total).max().unwrap_or(0);
        let steps = scale(most as f64, &Unit::Count);
        let top = steps.last().copied().unwrap_or(1.0);
        let place = 100.0 / steps_of_time.max(1) as f64;
        let mut parts = Vec::new();
        for step in 0..steps_of_time {
            let mut below = 0;
            for (class, counts) in series {
                let count = counts.get(step).copied().unwrap_or(0);
                if count == 0 {
                    continue;
                }
                below += count;
                parts.push(Part {
                    class,
                    x: hundredths(step as f64 * place + place * (1.0 - BAR_SHARE) / 2.0),
                    y: hundredths(100.0 - below as f64 / top * 100.0),
                    width: hundredths(place * BAR_SHARE),
                    height: hundredths(count as f64 / top * 100.0),
                    is_so_far: step + 1 == steps_of_time,
                });
            }
        }
        StackPlot {
            parts,
            y: y_axis(&steps, &Unit::Count),
            x,
        }
    }
}

/// The numbers of a plot as a table; the first cell of a row names it.
#[derive(Clone, Debug, Default)]
pub struct PlotTable {
    /// Column heads.
    pub head: Vec<String>,
    /// Rows, the newest first.
    pub rows: Vec<Vec<String>>,
}

/// Round steps from zero to at least `most`: 0, 20, 40, 60 for 47. At most six of them.
pub fn scale(most: f64, unit: &Unit) -> Vec<f64> {
    // A chart of nothing still needs a scale.
    let least = match unit {
        Unit::Count | Unit::Tokens | Unit::Number | Unit::Seconds => 4.0,
        Unit::Money { .. } => 1.0,
        Unit::Share => 0.01,
        Unit::Milliseconds => 100.0,
    };
    let most = most.max(least);
    let has_halves = matches!(unit, Unit::Money { .. } | Unit::Share);
    let rough = most / 4.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
    let step = round
        .into_iter()
        .find(|step| *step >= rough * 0.999_999 && (has_halves || step.fract() < 1e-6));
    let step = step.unwrap_or(10.0 * power);
    let count = (most / step - 1e-6).ceil() as usize;
    (0..=count).map(|number| number as f64 * step).collect()
}

fn y_axis(steps: &[f64], unit: &Unit) -> Vec<Tick> {
    let most = steps.last().copied().unwrap_or(1.0);
    let ticks = steps.iter().rev().map(|value| Tick {
        at: hundredths(100.0 - value / most * 100.0),
        text: unit.tick(*value),
    });
    ticks.collect()
}

/// Two decimals, without needless zeros.
fn hundredths(number: f64) -> String {
    let text = format!("{number:.2}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Where step `index` of `count` lies in a line plot, in per cent.
pub fn line_place(index: usize, count: usize) -> String {
    coordinate(index as f64 / count.saturating_sub(1).max(1) as f64 * 100.0)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{LinePlot, StackPlot, scale};
    use crate::render::unit::Unit;

    /// What the script's tests read too.
    #[derive(Deserialize)]
    struct Cases {
        scale: Vec<(f64, String, Vec<f64>)>,
    }

    fn unit(name: &str) -> Unit {
        match name {
            "number" => Unit::Number,
            "share" => Unit::Share,
            "milliseconds" => Unit::Milliseconds,
            "money" => Unit::Money {
                prefix: "$".into(),
                decimals: 2,
            },
            _ => Unit::Count,
        }
    }

    #[test]
    fn axes_have_the_steps_that_the_script_gives_them() {
        let cases: Cases =
            serde_json::from_str(include_str!("../../../static/src/js/plot.cases.json"))
                .expect("the shared cases have this shape");
        for (most, name, steps) in cases.scale {
            let told: Vec<f64> = scale(most, &unit(&name))
                .into_iter()
                .map(|step| (step * 1e6).round() / 1e6)
                .collect();
            assert_eq!(told, steps, "{most} {name}");
        }
    }

    #[test]
    fn a_line_plot_has_its_largest_value_below_the_top_of_a_round_scale() {
        let plot = LinePlot::new(
            &[Some(0.0), Some(30.0)],
            &[Some(40.0), None],
            &Unit::Count,
            false,
            Vec::new(),
        );

        // The scale ends at 40: 30 lies at 200 - 3/4 × 200.
        assert_eq!(plot.today.line, "M0 200L590 50");
        assert_eq!(plot.yesterday, "M0 0h0");
        let labels: Vec<(&str, &str)> = plot.y.iter().map(|t| (&*t.at, &*t.text)).collect();
        assert_eq!(
            labels,
            [
                ("0", "40"),
                ("25", "30"),
                ("50", "20"),
                ("75", "10"),
                ("100", "0")
            ]
        );
    }

    #[test]
    fn the_running_minute_of_a_sum_is_drawn_apart() {
        let today = [Some(4.0), Some(2.0), Some(1.0)];
        let plot = LinePlot::new(&today, &[], &Unit::Count, true, Vec::new());

        assert_eq!(plot.today.line, "M0 0L295 100"); // 4 is the top, 2 half of it
        assert_eq!(plot.tail, "M295 100L590 150");
    }

    #[test]
    fn bars_stand_on_each_other_and_leave_out_what_is_zero() {
        let plot = StackPlot::new(&[("p-a", &[2, 0]), ("p-b", &[2, 3])], Vec::new());

        // Four is the top. Two bars: each has half the width, of which 76 % are filled.
        let seen: Vec<_> = plot
            .parts
            .iter()
            .map(|part| (part.class, &*part.x, &*part.y, &*part.width, &*part.height))
            .collect();
        let so_far: Vec<bool> = plot.parts.iter().map(|part| part.is_so_far).collect();
        assert_eq!(so_far, [false, false, true]);
        assert_eq!(
            seen,
            [
                ("p-a", "6", "50", "38", "50"),
                ("p-b", "6", "0", "38", "50"),
                ("p-b", "56", "25", "38", "75")
            ]
        );
    }

    #[test]
    fn a_plot_of_nothing_still_has_a_scale() {
        let plot = StackPlot::new(&[], Vec::new());
        assert!(plot.parts.is_empty() && plot.y.len() > 2);
    }
}
