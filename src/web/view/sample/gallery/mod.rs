//! The gallery: every block of pages with plausible data, for tests and for the eye.
//!
//! With `GALLERY_DIR` in the environment, a test writes it there as files, which the browser tests serve with the
//! content policy of the real pages (`tests/browser/gallery.test.mjs`).

mod asked;
mod categories;
mod charts;
mod items;
mod lists;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::view::block::bar_list::BarList;
use crate::web::view::block::card::{Card, CardMark, Freshness, Waiting, Width};
use crate::web::view::block::chart::{ChartBlock, Height};
use crate::web::view::block::cohort_table::CohortTable;
use crate::web::view::block::country_map::CountryMap;
use crate::web::view::block::data_table::DataTable;
use crate::web::view::block::filter_bar::FilterBar;
use crate::web::view::block::funnel::Funnel;
use crate::web::view::block::gauge::Gauge;
use crate::web::view::block::heat_map::HeatMap;
use crate::web::view::block::kpi::KpiStrip;
use crate::web::view::block::range_bar::{RangeBar, Segmented};
use crate::web::view::block::section::Section;
use crate::web::view::block::state::{Empty, Failure, Forbidden, Step};
use crate::web::view::frame::Frame;
use crate::web::view::sample::Sample;
use crate::web::view::shell::{Room, Shell, Tone};

/// A card with a chart, and a figure above it.
pub struct Part {
    card: Card,
    stat: Option<(String, Tone, String)>,
    chart: ChartBlock,
}

/// A section as its own address answers it.
#[derive(Template)]
#[template(path = "test/section.html")]
pub struct Fragment {
    frame: Frame,
    section: Section,
    card: Card,
    strip: Option<KpiStrip>,
    chart: ChartBlock,
}

impl HtmlSafe for Fragment {}

/// The page.
#[derive(Template)]
#[template(path = "test/gallery.html")]
pub struct Gallery {
    frame: Frame,
    shell: Shell,
    range: RangeBar,
    filters: FilterBar,
    hero: Fragment,
    charts: Vec<Part>,
    funnel: (Card, Funnel),
    tokens: (Card, BarList),
    gauge: (Card, Gauge),
    heat_map: (Card, HeatMap),
    cohorts: (Card, CohortTable),
    map: (Card, CountryMap),
    countries: (Card, Segmented, BarList),
    table: (Card, DataTable),
    empty: (Card, Empty),
    failure: (Card, Failure),
    forbidden: (Card, Forbidden),
    waiting: Vec<(Section, Waiting)>,
}

/// Numbers that look like measured ones and are the same each time.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0) / f64::from(u32::MAX)
    }

    /// `count` values around `middle` that grow by `trend` in all and scatter by `spread`.
    fn walk(&mut self, count: usize, middle: f64, trend: f64, spread: f64) -> Vec<f64> {
        (0..count)
            .map(|index| {
                let grown = 1.0 + trend * index as f64 / count as f64;
                middle * grown * (1.0 + (self.next() - 0.5) * spread)
            })
            .collect()
    }
}

impl Sample {
    /// The whole gallery.
    pub fn gallery(&self) -> Gallery {
        let card = |id: &str, title: &str, width| Card::new(id, self.text(title), width);
        Gallery {
            frame: self.frame(),
            shell: self.shell(Room::Overview),
            range: self.range_bar(),
            filters: self.filter_bar(),
            hero: self.hero_section("revenue"),
            charts: self.chart_parts(),
            funnel: (
                card("c-funnel", "Visit to paid", Width::Four)
                    .about("step rate, change vs previous")
                    .csv("/csv/funnel"),
                self.funnel(),
            ),
            tokens: (
                card("c-tokens", "Tokens by model", Width::Four).about("30 days"),
                self.tokens(),
            ),
            gauge: (
                Card {
                    mark: Some(CardMark {
                        tone: Tone::Warn,
                        label: self.text("near 80%"),
                    }),
                    freshness: Some(Freshness {
                        newest: self.ago(7_300),
                        is_stale: true,
                    }),
                    ..card("c-gauge", "Budget used", Width::Four)
                },
                Gauge::new(0.73, self.text("$21.9K of $30K"), &[0.8, 0.9], Tone::Plain),
            ),
            heat_map: (
                card("c-heat", "When people use it", Width::Seven)
                    .about("requests per hour, UTC")
                    .csv("/csv/heat"),
                self.heat_map(),
            ),
            cohorts: (
                card("c-cohorts", "Weekly retention", Width::Five).about("share still active"),
                self.cohorts(),
            ),
            map: (
                card("c-map", "Users by country", Width::Seven).about("30 days"),
                self.map(),
            ),
            countries: (
                card("c-countries", "Where they come from", Width::Five).about("30 days"),
                self.segmented(),
                self.countries_list(),
            ),
            table: (
                card("c-table", "Providers", Width::Full)
                    .about("30 days")
                    .csv("/csv/providers")
                    .rows("/rows?f=provider"),
                self.provider_table(),
            ),
            empty: (
                card("c-empty", "Nothing there", Width::Four),
                Empty::range(
                    self.text("No requests in the last hour"),
                    "The newest one is from yesterday.",
                    Some(Step {
                        label: "Widen to 24 h".into(),
                        href: "?range=24h".into(),
                    }),
                ),
            ),
            failure: (
                card("c-failure", "Something failed", Width::Four),
                Failure {
                    text: self.text("The question took longer than 10 s and was stopped."),
                    request_id: self.text("3f0c2e7a"),
                    retry_href: "?range=30d".into(),
                },
            ),
            forbidden: (
                card("c-forbidden", "Money", Width::Four),
                Forbidden {
                    role: self.text("administrators"),
                },
            ),
            waiting: ["latency", "broken"]
                .map(|name| {
                    let section = Section {
                        src: format!("/sections/{name}?range=30d"),
                        refresh_s: None,
                        class: Width::Six.class(),
                    };
                    let waiting = Waiting {
                        card: card(&format!("c-wait-{name}"), "On its own", Width::Six),
                        height: Height::Middle,
                        href: format!("/sections/{name}"),
                    };
                    (section, waiting)
                })
                .into(),
        }
    }

    /// The section that the waiting card is replaced by.
    pub fn latency_section(&self) -> Fragment {
        Fragment {
            frame: self.frame(),
            section: Section {
                src: "/sections/latency?range=30d".into(),
                refresh_s: None,
                class: Width::Six.class(),
            },
            card: Card::new("c-loaded", self.text("Loaded on its own"), Width::Six)
                .about("p95, ms by provider")
                .chart("loaded"),
            strip: None,
            chart: self.latency("loaded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use askama::Template;

    use crate::web::middleware::CONTENT_SECURITY_POLICY;
    use crate::web::view::sample::Sample;

    /// Writes the gallery where `GALLERY_DIR` says; without it, only shows that all of it renders.
    #[test]
    fn the_gallery_renders_and_is_written_for_the_browser_tests() {
        let sample = Sample { suffix: "" };
        let render =
            |page: &dyn askama::DynTemplate| page.dyn_render().expect("finished values render");
        let mut files = vec![
            ("index.html".to_owned(), render(&sample.gallery())),
            ("policy.txt".to_owned(), CONTENT_SECURITY_POLICY.to_owned()),
            ("latency.html".to_owned(), render(&sample.latency_section())),
        ];
        for metric in super::charts::METRICS {
            let section = sample.hero_section(metric.id);
            files.push((
                format!("hero-{}.html", metric.id),
                section.render().expect("finished values render"),
            ));
        }
        assert!(files.iter().all(|(_, text)| !text.is_empty()));

        let Ok(folder) = std::env::var("GALLERY_DIR") else {
            return;
        };
        fs::create_dir_all(&folder).expect("the folder for the gallery can be made");
        for (name, text) in files {
            fs::write(Path::new(&folder).join(name), text).expect("the gallery can be written");
        }
    }
}
