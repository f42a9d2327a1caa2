//! Blocks of which pages are built: charts, tables, cards, ranges, filters, and the states of each.
//!
//! # For page authors
//!
//! A block is a struct of finished values. Blocks that are drawn by themselves go into a template as `{{ block }}`;
//! those that need icons, or wrap content, are macros of `part/kit.html`:
//!
//! ```html
//! {% extends "shell.html" %}
//! {% import "part/kit.html" as kit %}
//! {% block scripts %}{% call kit::charts(frame) %}{% endcall %}{% endblock %}
//! {% block header %}<h1>Costs</h1><span class="spacer"></span>{% call kit::range_bar(frame, range) %}{% endcall %}{% endblock %}
//! {% block content %}
//! {% call kit::filter_bar(frame, filters) %}{% endcall %}
//! <div class="grid even">
//!   {% call kit::section(by_model.section) %}
//!     {% call kit::card(frame, by_model.card) %}{{ by_model.chart }}{% endcall %}
//!   {% endcall %}
//! </div>
//! {% endblock %}
//! ```
//!
//! ```ignore
//! let axis = TimeAxis::new(&starts, end, &zone);
//! let mut chart = TimeChart::new(TimeStyle::Bars, Unit::Count, axis, vec![
//!     Series::new("gpt-5-mini", "gpt-5-mini", Colour::model("openai", 0), points),
//! ]);
//! chart.is_partial = true;                                   // the last bucket still runs
//! chart.range_url = Some("?from={from}&to={to}".into());     // dragging chooses a range
//! let chart = ChartBlock::new("models", "Requests rose …", Height::Middle, &Chart::Time(chart));
//! let card = Card::new("c-models", "Requests by model", Width::Six).about("per day, UTC").chart("models").csv(csv_url);
//! ```
//!
//! | block | struct | in a template |
//! | --- | --- | --- |
//! | chart with legend and table | [`chart::ChartBlock`] from a [`crate::render::chart::Chart`] | `{{ chart }}` |
//! | tiles as tabs of a main chart | [`kpi::KpiStrip`] | `{{ strip }}` |
//! | bar list | [`bar_list::BarList`] | `{{ list }}` |
//! | week by hours | [`heat_map::HeatMap`] | `{{ heat_map }}` |
//! | retention | [`cohort_table::CohortTable`] | `{{ cohorts }}` |
//! | funnel | [`funnel::Funnel`] | `{{ funnel }}` |
//! | journeys | [`sankey::Sankey`] | `{{ sankey }}` |
//! | budget | [`gauge::Gauge`] | `{{ gauge }}` |
//! | table of figures | [`data_table::DataTable`] | `{{ table }}` |
//! | world map | [`country_map::CountryMap`] | `{{ map }}` |
//! | a few choices side by side | [`range_bar::Segmented`] | `{{ segmented }}` |
//! | range, days, comparison | [`range_bar::RangeBar`] | `kit::range_bar(frame, bar)` |
//! | filters | [`filter_bar::FilterBar`] | `kit::filter_bar(frame, bar)` |
//! | card around content | [`card::Card`] | `kit::card(frame, card)` … |
//! | tiles over their main chart in one card | [`kpi::KpiStrip`], [`card::Card`] | `kit::hero(frame, card, strip)` … |
//! | a figure and a sentence at the head of a card | | `kit::stat(figure, tone, sentence)` |
//! | part loaded on its own | [`section::Section`] | `kit::section(section)` … |
//! | card that is still to come | [`card::Waiting`] | `kit::waiting(frame, waiting)` |
//! | nothing there, failed, not allowed | [`state`] | `kit::empty`, `kit::failure`, `kit::forbidden` |
//!
//! Numbers are written by [`crate::render::unit::Unit`] and changes by [`crate::render::change::Change`], nowhere else.
//! Addresses start with `?` or `/`; the bundle follows no other. Ids are unique in the page. Every page must be
//! readable without script: then charts are their tables, sections that wait are links, and tiles, ranges, sorting
//! and filters are links and forms as always.
//!
//! All blocks stand in the gallery, which only tests make: `sample/gallery` fills it, and `tests/browser/gallery`
//! looks at it.

// Drawn by themselves.
pub mod bar_list;
pub mod chart;
pub mod cohort_table;
pub mod country_map;
pub mod data_table;
pub mod funnel;
pub mod gauge;
pub mod heat_map;
pub mod kpi;
pub mod menu;
pub mod sankey;
pub mod spark;

// Around them.
pub mod card;
pub mod filter_bar;
pub mod range_bar;
pub mod section;
pub mod state;
