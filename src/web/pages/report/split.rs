//! Charts of a page split by the values of a dimension that the reader chose: the largest values, and the rest.
//!
//! Sections that have a breakdown of their own stay as they are, and so does a figure whose rows have no such value.

use crate::catalogue::metric::Metric;
use crate::catalogue::section::{Draw, Section};
use crate::core::range::{Compare, Period};
use crate::query::answer::{Answer, Figure, Row};
use crate::query::field::Field;
use crate::query::question::{Question, QuestionError};
use crate::render::chart::time::TimeStyle;
use crate::render::chart::{Chart, Series};
use crate::render::colour::Colour;
use crate::web::pages::analysis::controls::split_menu;
use crate::web::pages::report::address::{Address, SPLIT};
use crate::web::pages::report::draw::{Easel, chosen_metric, column, firsts};
use crate::web::pages::report::wording::{colours, named, over, per_bar, written};
use crate::web::pages::report::{Asked, question_with};
use crate::web::problem::Problem;
use crate::web::view::block::chart::{ChartBlock, Height};
use crate::web::view::block::menu::Menu;

/// Values with a series of their own: more lines cannot be told apart.
pub const VALUES_MAX: usize = 5;

/// What the charts of a page are split by.
#[derive(Clone, Debug)]
pub struct Split {
    field: Field,
}

impl Split {
    /// What the address chooses; `None` where it chooses nothing.
    ///
    /// # Errors
    /// If it names nothing that one can split by.
    pub fn of(address: &Address) -> Result<Option<Split>, Problem> {
        let field = address.get(SPLIT).map(Field::find_split).transpose();
        Ok(field
            .map_err(QuestionError::from)?
            .map(|field| Split { field }))
    }

    /// The choice of what a page is split by, with what holds now.
    pub fn menu(now: Option<&Split>, address: &Address) -> Menu {
        let mut menu = split_menu(address, SPLIT, now.map(Split::id));
        // The address may choose what the menu does not offer.
        if let Some(split) = now {
            menu.current = split.field.label();
        }
        menu
    }

    /// Its name in addresses.
    pub fn id(&self) -> String {
        self.field.id()
    }

    /// What it means for the figures of a page that is compared with some other time, in sentences.
    pub fn note(&self, compare: Compare) -> String {
        let mut note = format!(
            "Charts without a breakdown of their own are split by {}: a series for each of the {VALUES_MAX} largest values",
            self.word()
        );
        note.push_str(match self.field.is_segment() {
            true => {
                ". Somebody may be in several segments, so they overlap and do not add up to the whole."
            }
            false => {
                ", and Other for the rest where a figure adds up. Rates, quantiles and numbers of people do not, and have no Other."
            }
        });
        if compare != Compare::None {
            note.push_str(" What is split is not compared with another time.");
        }
        note
    }

    /// The question for the chart of a section. Its metric is the last one; where that says nothing about how much
    /// there is, the one that does leads.
    ///
    /// # Errors
    /// If a parameter of the address cannot be used.
    pub(super) fn question(
        &self,
        asked: &Asked,
        section: &'static Section,
    ) -> Result<Question, Problem> {
        let Some(metric) = chosen_metric(section, asked.address) else {
            return Err(Problem::internal("a section has no metric"));
        };
        let metrics = match metric.weight() {
            own if own == metric.id => own.to_owned(),
            weight => format!("{weight},{}", metric.id),
        };
        let mut parameters = section.parameters();
        if self.is_stacked(metric) {
            // Bars have no room for the hours of a week.
            parameters.retain(|(name, _)| *name != "interval");
        }
        parameters.extend([
            ("metrics", metrics),
            ("by", self.id()),
            ("limit", VALUES_MAX.to_string()),
            ("compare", Compare::None.id().to_owned()),
        ]);
        question_with(asked, parameters)
    }

    /// What the numbers of a split chart are.
    pub fn about(&self, period: &Period) -> String {
        format!("by {}, {}", self.word(), per_bar(period))
    }

    /// Why the answer is not drawn split; `None` if it is.
    pub fn refusal(&self, answer: &Answer) -> Option<String> {
        let mut values = answer.rows.iter().filter_map(|row| row.keys.first());
        if values.any(Option::is_some) {
            return None;
        }
        let grain = answer.metrics.last()?.grain.label();
        let noun = grain.split(" (").next().unwrap_or(grain);
        Some(match self.field.is_segment() {
            true => "not split, as the project has no segment".to_owned(),
            false => format!("not split, as no {noun} here says its {}", self.word()),
        })
    }

    /// In the middle of a sentence.
    pub fn word(&self) -> String {
        match &self.field {
            Field::Dimension(dimension) => dimension.label.to_lowercase(),
            Field::Metadata(path) => path.clone(),
        }
    }

    /// Whether the series of a metric add up to it, and so may stand on each other.
    fn is_stacked(&self, metric: &Metric) -> bool {
        metric.is_additive && !self.field.is_segment()
    }

    fn name(&self, row: &Row) -> String {
        let value = row.keys.first().and_then(|key| key.as_deref());
        named(&self.id(), value, self.field.none())
    }
}

impl Easel<'_> {
    /// The chart of an answer to [`Split::question`]: stacked bars where the values add up, else lines.
    pub fn split(&self, answer: &Answer, split: &Split) -> ChartBlock {
        let (by, position) = (split.id(), answer.metrics.len() - 1);
        let metric = answer.metrics[position];
        let of = |bars: &[Vec<Figure>]| column(bars, position, |figure| figure.value.as_f64());
        let rows = answer.rows.iter().zip(colours(&by, &firsts(answer)));
        let mut series: Vec<Series> = rows
            .enumerate()
            .map(|(number, (row, colour))| {
                let mut series =
                    Series::new(format!("s{number}"), split.name(row), colour, of(&row.bars));
                series.link = Some(self.filtered(&by, row));
                series
            })
            .collect();
        if let Some(other) = answer.other.as_ref().filter(|_| metric.is_additive) {
            series.push(Series::new(
                "other",
                "Other",
                Colour::QUIET,
                of(&other.bars),
            ));
        }
        let style = match split.is_stacked(metric) {
            true => TimeStyle::Bars,
            false => TimeStyle::Line,
        };
        let mut chart = self.over_time(answer, style, metric, series);
        if let Chart::Time(time) = &mut chart {
            time.is_additive = split.is_stacked(metric);
            time.thresholds.extend(self.threshold(metric));
        }
        let height = match self.section.draw {
            Draw::Tiles => Height::Main,
            _ => Height::Middle,
        };
        self.block(&chart, self.split_sentence(answer, split), height)
    }

    /// "Requests by plan in the last 30 days: 12K in all; pro 8K, free 3K, Other 1K."
    fn split_sentence(&self, answer: &Answer, split: &Split) -> String {
        let position = answer.metrics.len() - 1;
        let metric = answer.metrics[position];
        let told = |row: &Row| match written(metric, &row.figures[position], self.currency) {
            Some((short, _)) => short,
            None => "not known".to_owned(),
        };
        let mut parts: Vec<String> = answer
            .rows
            .iter()
            .map(|row| format!("{} {}", split.name(row), told(row)))
            .collect();
        if let Some(other) = answer.other.as_ref().filter(|_| metric.is_additive) {
            parts.push(format!("Other {}", told(other)));
        }
        format!(
            "{} by {} {}: {} in all; {}.",
            metric.label,
            split.word(),
            over(answer.period.range),
            told(&answer.total),
            parts.join(", ")
        )
    }
}
