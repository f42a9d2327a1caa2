//! Samples of budgets and prices.

use crate::render::colour::Colour;
use crate::web::view::block::card::{Card, Width};
use crate::web::view::block::data_table::{Cell, Column, DataTable, Row};
use crate::web::view::block::gauge::Gauge;
use crate::web::view::block::range_bar::{LinkChoice, Segmented};
use crate::web::view::budgets::{BudgetCard, BudgetPage, BudgetPanel, ThresholdChoice};
use crate::web::view::exchange_rates::{ExchangeRatesPage, MissingRow, RateRow};
use crate::web::view::field::{Field, Select};
use crate::web::view::prices::{Compared, PricePage, PricesPage, RateField, RepricePage};
use crate::web::view::sample::Sample;
use crate::web::view::shell::{Room, Tone};
use crate::web::view::system::SystemFact;

impl Sample {
    fn money_table(&self) -> DataTable {
        let columns = vec![Column::words("Model"), Column::numbers("Spend")];
        let row = Row::new(vec![
            Cell::Link {
                label: self.text("gpt-6-sol"),
                href: self.text("?model=1"),
            },
            Cell::Bar {
                text: self.text("$840"),
                width: "84.0".to_owned(),
                colour: Colour::ACCENT,
            },
        ]);
        DataTable::new(self.text("Spend"), columns, vec![row])
    }

    fn split_choices(&self) -> Segmented {
        Segmented {
            label: "Split by".to_owned(),
            choices: vec![LinkChoice {
                label: self.text("Provider"),
                href: self.text("?by=provider"),
                is_current: true,
            }],
            swaps: false,
        }
    }

    /// The head of the page of costs, with a budget or without any.
    pub fn budget_panel(&self, has_budgets: bool) -> BudgetPanel {
        let budget = BudgetCard {
            card: Card::new("budget-1", self.text("Chat"), Width::Four),
            gauge: Some(Gauge::new(
                0.84,
                self.text("$840 of $1,000"),
                &[0.8],
                Tone::Warn,
            )),
            facts: vec![SystemFact {
                label: "Projected".to_owned(),
                value: self.text("$1,120"),
                note: self.text("Between $1,050 and $1,190."),
                tone: Tone::Plain,
            }],
            scope: self.text("Only feature:is:chat"),
            edit_href: self.text("/costs/budgets/1"),
        };
        BudgetPanel {
            frame: self.frame(),
            budgets: if has_budgets {
                vec![budget]
            } else {
                Vec::new()
            },
            new_href: self.text("/costs/budgets/new"),
            card: Card::new("spenders", "Spend against budget", Width::Full),
            burn: self.text("$42.98 a day"),
            month: self.text("burn rate over the last seven complete days"),
            by: self.split_choices(),
            table: self.money_table(),
        }
    }

    /// The form of a budget, refused.
    pub fn budget(&self) -> BudgetPage {
        BudgetPage {
            frame: self.frame(),
            shell: self.shell(Room::Costs),
            id: self.text("1"),
            error: Some(self.text("Nothing is saved yet.")),
            name: self.field("Chat"),
            amount: Field::refused(self.text("-5"), self.text("It is -5.")),
            cycle: Select::new([("monthly", "Month")], "monthly"),
            by: Select::new([("", "all calls"), ("model", "Model")], "model"),
            is: self.field("gpt-6-sol"),
            filter: self.field("plan:is:team"),
            thresholds: vec![ThresholdChoice {
                percent: 80,
                is_chosen: true,
            }],
            thresholds_error: Some(self.text("`x` is no threshold.")),
            has_forecast: true,
            cycle_hint: self.text("Begins at midnight in UTC."),
        }
    }

    /// The list of prices, with a book that was refused.
    pub fn prices(&self) -> PricesPage {
        PricesPage {
            frame: self.frame(),
            shell: self.shell(Room::Prices),
            query: self.text("gpt"),
            count: self.text("12 of 921"),
            table: self.money_table(),
            is_empty: false,
            version: self.text("2026-11"),
            origin: self.text("It was uploaded."),
            is_uploaded: true,
            book: self.field("version = 1"),
            book_problems: vec![self.text("line 1: `version` is 1")],
        }
    }

    /// Exchange rates, with one that was refused and a file with a problem; or without any.
    pub fn exchange_rates(&self, has_none: bool) -> ExchangeRatesPage {
        let rows = vec![RateRow {
            code: self.text("EUR"),
            currency: self.text("EUR, euro"),
            day: self.text("2026-11-01"),
            until: Some(self.text("2026-11-20")),
            usd: self.text("1.0834"),
        }];
        let missing = vec![MissingRow {
            currency: self.text("GBP, pound sterling"),
            payments: self.text("12"),
            known: self.text("No rate is known."),
            href: self.text("?currency=GBP"),
        }];
        ExchangeRatesPage {
            frame: self.frame(),
            shell: self.shell(Room::ExchangeRates),
            own: self.text("CHF"),
            own_missing: (!has_none).then(|| self.text("CHF has no rate itself.")),
            missing: if has_none { Vec::new() } else { missing },
            query: self.text("euro"),
            count: self.text("one rate"),
            has_none,
            rows: if has_none { Vec::new() } else { rows },
            error: Some(self.text("Nothing is saved yet.")),
            currency: Select::new([("EUR", "EUR, euro")], "EUR"),
            day: self.field("2026-11-21"),
            usd: Field::refused(self.text("-5"), self.text("It is -5.")),
            file: self.field("EUR,2026-11-21,0"),
            file_problems: vec![self.text("line 1: `usd` is 0")],
        }
    }

    /// The form of an own price.
    pub fn price(&self) -> PricePage {
        PricePage {
            frame: self.frame(),
            shell: self.shell(Room::Prices),
            id: self.text("1"),
            error: Some(self.text("Nothing is saved yet.")),
            provider: self.field("openai"),
            model: self.field("house-model"),
            service_tier: Select::new([("standard", "standard")], "standard"),
            valid_from: self.field("2026-11-01"),
            valid_to: self.field(""),
            rates: vec![RateField {
                key: "input",
                label: "Input",
                pack: "per million tokens",
                field: self.field("1.25"),
            }],
        }
    }

    /// A comparison that can be written.
    pub fn reprice(&self) -> RepricePage {
        RepricePage {
            frame: self.frame(),
            shell: self.shell(Room::Prices),
            from: self.field("2026-11-01"),
            to: self.field("2026-11-24"),
            latest: self.text("2026-11-24"),
            basis: "own",
            bases: self.split_choices(),
            compared: Some(Compared {
                table: self.money_table(),
                summary: self.text("$18 as billed then."),
                button: Some(self.text("Price 6 calls anew")),
            }),
            done: Some(self.money_table()),
        }
    }
}
