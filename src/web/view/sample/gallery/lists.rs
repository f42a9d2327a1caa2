//! Blocks that the server draws.

use crate::render::colour::Colour;
use crate::render::unit::{Unit, share_in_list};
use crate::web::view::block::bar_list::{BarEntry, BarList, percent};
use crate::web::view::block::cohort_table::{Cohort, CohortTable, Retained};
use crate::web::view::block::country_map::{CountryMap, CountryValue};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Order, Row};
use crate::web::view::block::funnel::{Funnel, FunnelStep};
use crate::web::view::block::heat_map::{HeatHour, HeatMap};
use crate::web::view::sample::Sample;
use crate::web::view::sample::gallery::Noise;
use crate::web::view::shell::Tone;

const COUNTRIES: [(&str, &str, f64); 12] = [
    ("US", "United States", 4210.0),
    ("IN", "India", 1490.0),
    ("DE", "Germany", 1330.0),
    ("GB", "United Kingdom", 1240.0),
    ("JP", "Japan", 910.0),
    ("FR", "France", 870.0),
    ("BR", "Brazil", 640.0),
    ("CA", "Canada", 610.0),
    ("ES", "Spain", 420.0),
    ("AU", "Australia", 310.0),
    ("NG", "Nigeria", 120.0),
    ("SG", "Singapore", 90.0),
];

impl Sample {
    /// From visit to payment.
    pub fn funnel(&self) -> Funnel {
        let steps = [
            ("Signed up", 9_240, 0.192, Some(0.184), "median 4 min"),
            ("First request", 6_120, 0.662, Some(0.635), "median 2.1 h"),
            ("Active in week 2", 2_980, 0.487, Some(0.513), ""),
            ("Paid", 812, 0.272, None, ""),
        ];
        let steps = steps
            .iter()
            .map(|(label, people, rate, previous_rate, note)| FunnelStep {
                label: self.text(label),
                people: *people,
                rate: Some(*rate),
                previous_rate: *previous_rate,
                note: (*note).into(),
                href: Some(format!(
                    "/funnels/people?step={}",
                    label.to_lowercase().replace(' ', "-")
                )),
            })
            .collect();
        Funnel::new(
            Some((Some(0.0168), self.text("of 48.2K visitors paid, was 1.53%"))),
            steps,
        )
    }

    /// Tokens by model, input stronger.
    pub fn tokens(&self) -> BarList {
        let models = [
            ("gpt-5-mini", "openai", 1.9e9, 1.42e9),
            ("claude-sonnet", "anthropic", 2.3e9, 1.73e9),
            ("gemini-flash", "google", 4.13e8, 3.1e8),
            ("mistral-medium", "mistral", 1.17e8, 8.8e7),
            ("llama-70b", "selfhosted", 5.18e7, 3.9e7),
        ];
        let entries = models
            .iter()
            .map(|(name, provider, value, inner)| BarEntry {
                label: self.text(name),
                colour: Some(Colour::provider(provider)),
                value: *value,
                inner: Some(*inner),
                note: String::new(),
                href: Some(format!("?f=model:{name}")),
            })
            .collect();
        BarList::new(self.text("Tokens by model"), &Unit::Tokens, entries)
    }

    /// Working hours.
    pub fn heat_map(&self) -> HeatMap {
        let mut noise = Noise(17);
        let mut hours = [[None; 24]; 7];
        for (day, row) in hours.iter_mut().enumerate() {
            for (hour, cell) in row.iter_mut().enumerate() {
                let bump =
                    |middle: f64, width: f64| (-(hour as f64 - middle).powi(2) / width).exp();
                let work = bump(10.5, 14.0) + 0.85 * bump(15.5, 10.0) + 0.35 * bump(21.0, 8.0);
                let weekend = if day > 4 { 0.34 } else { 1.0 };
                let total =
                    ((120.0 + 2400.0 * work * weekend) * (0.88 + noise.next() * 0.24)).round();
                *cell = Some(HeatHour {
                    mean: if hour == 3 && day == 6 {
                        0.0
                    } else {
                        total / 4.0
                    },
                    total: if hour == 3 && day == 6 { 0.0 } else { total },
                    occurrences: 4,
                });
            }
        }
        // An hour that clocks skipped in the only week of the period.
        hours[6][2] = None;
        HeatMap::new(
            self.text("Requests by weekday and hour, UTC"),
            &self.text("Requests"),
            &Unit::Count,
            &hours,
        )
    }

    /// Eight weekly cohorts.
    pub fn cohorts(&self) -> CohortTable {
        let mut noise = Noise(13);
        let cohorts = (0..8_usize)
            .map(|week| {
                let size = 1010 + week as u64 * 42;
                let floor = 0.31 + week as f64 * 0.012;
                let periods = (0..8_usize)
                    .map(|period| {
                        let share = if period == 0 {
                            1.0
                        } else {
                            (floor + (0.62 - floor) * (-(period as f64) / 1.7).exp())
                                * (0.95 + noise.next() * 0.1)
                        };
                        let people = (share * size as f64) as u64;
                        match (period + week).cmp(&7) {
                            std::cmp::Ordering::Less => Retained::Finished { share, people },
                            std::cmp::Ordering::Equal => Retained::Running {
                                share: share * 0.8,
                                people: people * 4 / 5,
                            },
                            std::cmp::Ordering::Greater => Retained::Future,
                        }
                    })
                    .collect();
                Cohort {
                    label: self.text(&format!("{} Oct", 3 + week)),
                    size,
                    periods,
                    href: Some(format!("/users?cohort={week}")),
                }
            })
            .collect();
        CohortTable::new(
            self.text("Share of each weekly cohort still active"),
            (0..8).map(|week| format!("W{week}")).collect(),
            cohorts,
            None,
        )
    }

    fn countries(&self) -> Vec<CountryValue> {
        COUNTRIES
            .iter()
            .map(|(code, label, value)| CountryValue {
                code: (*code).into(),
                label: self.text(label),
                value: *value,
                href: Some(format!("?f=country:{code}")),
            })
            .collect()
    }

    /// The map of users.
    pub fn map(&self) -> CountryMap {
        CountryMap::new(
            self.frame().world(),
            self.text("Most users are in the United States, then India and Germany."),
            "Users",
            &Unit::Count,
            &self.countries(),
        )
    }

    /// The same as a list.
    pub fn countries_list(&self) -> BarList {
        let all: f64 = COUNTRIES.iter().map(|(_, _, value)| value).sum();
        let entries = self
            .countries()
            .into_iter()
            .take(8)
            .map(|country| BarEntry {
                label: country.label,
                colour: None,
                note: share_in_list(country.value / all),
                value: country.value,
                inner: None,
                href: country.href,
            })
            .collect();
        BarList::new(self.text("Users by country"), &Unit::Count, entries)
    }

    /// Providers with their figures.
    pub fn provider_table(&self) -> DataTable {
        let columns = vec![
            Column::words("Provider"),
            Column::words("Status"),
            Column::numbers("p50").sort("?sort=p50", None).wide_only(),
            Column::numbers("p95")
                .sort("?sort=-p95", Some(Order::Descending))
                .help("Of 100 requests, 95 are faster."),
            Column::numbers("Success rate").sort("?sort=success", None),
            Column::numbers("Requests").sort("?sort=requests", None),
            Column::words("Endpoint").wide_only(),
            Column::words("Newest").wide_only(),
        ];
        let rows = [
            (
                "anthropic",
                "Anthropic",
                Tone::Warn,
                "slow",
                910.0,
                1284.0,
                0.9912,
                351_204.0,
            ),
            (
                "openai",
                "OpenAI",
                Tone::Good,
                "good",
                640.0,
                842.0,
                0.9987,
                460_310.0,
            ),
            (
                "mistral",
                "Mistral",
                Tone::Bad,
                "failing",
                512.0,
                690.0,
                0.9201,
                92_870.0,
            ),
            (
                "xai",
                "xAI",
                Tone::Plain,
                "few calls",
                431.0,
                655.0,
                1.0,
                12.0,
            ),
        ];
        let most = rows.iter().fold(0.0_f64, |most, row| most.max(row.7));
        let rows = rows
            .iter()
            .map(|(key, label, tone, status, p50, p95, success, requests)| {
                Row::new(vec![
                    Cell::Mark {
                        colour: Colour::provider(key),
                        label: self.text(label),
                        href: Some(format!("?provider={key}")),
                    },
                    Cell::Pill {
                        tone: *tone,
                        label: self.text(status),
                    },
                    Cell::Text(Unit::Milliseconds.short(*p50)),
                    Cell::Text(Unit::Milliseconds.short(*p95)),
                    if *requests < 30.0 {
                        Cell::Missing("Fewer than 30 calls.")
                    } else {
                        Cell::Text(Unit::Share.short(*success))
                    },
                    Cell::Bar {
                        text: Unit::Count.full(*requests),
                        width: percent(*requests, most),
                        colour: Colour::ACCENT,
                    },
                    Cell::Code(self.text("POST /v1/chat")),
                    Cell::When(self.ago(9)),
                ])
            })
            .collect();
        let mut table = DataTable::new(self.text("Latency and success by provider"), columns, rows);
        table.total = Some(Row::new(vec![
            Cell::Text("All".into()),
            Cell::Text(String::new()),
            Cell::Text("701 ms".into()),
            Cell::Text("1,022 ms".into()),
            Cell::Text("98.9%".into()),
            Cell::Number {
                text: "904K".into(),
                exact: "904,396".into(),
            },
            Cell::Link {
                label: self.text("all endpoints"),
                href: "/endpoints".into(),
            },
            Cell::Text(String::new()),
        ]));
        table
    }
}
