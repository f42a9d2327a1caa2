//! Tables of figures: columns that sort by links, a head that stays, bars and pills in cells.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::colour::Colour;
use crate::web::view::moment::Moment;
use crate::web::view::shell::Tone;

/// How a column is sorted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// Head of a column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub label: String,
    /// What it holds, as a sentence; shown on hover. May be empty.
    pub help: String,
    /// Whether it holds numbers, which stand to the right.
    pub is_number: bool,
    /// Whether narrow windows leave it out.
    pub is_wide_only: bool,
    /// Whether its head may take several lines.
    pub has_wrapped_head: bool,
    /// Whether long text in its cells breaks into lines.
    pub is_wrapped: bool,
    /// The page sorted by it; the other way round if it is sorted by it already.
    pub sort_href: Option<String>,
    /// Whether the table is sorted by it, and how.
    pub order: Option<Order>,
}

impl Column {
    /// A column of words.
    pub fn words(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            help: String::new(),
            is_number: false,
            is_wide_only: false,
            has_wrapped_head: false,
            is_wrapped: false,
            sort_href: None,
            order: None,
        }
    }

    /// A column of numbers.
    pub fn numbers(label: impl Into<String>) -> Self {
        Self {
            is_number: true,
            ..Self::words(label)
        }
    }

    /// Long text in its cells breaks into lines.
    #[must_use]
    pub fn wrapped(mut self) -> Self {
        self.is_wrapped = true;
        self
    }

    /// Leaves the column out of narrow windows.
    #[must_use]
    pub fn wide_only(mut self) -> Self {
        self.is_wide_only = true;
        self
    }

    /// Lets the head take several lines, where its words are wider than the figures below.
    #[must_use]
    pub fn wraps(mut self) -> Self {
        self.has_wrapped_head = true;
        self
    }

    /// Says what the column holds.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Makes the column sortable.
    #[must_use]
    pub fn sort(mut self, href: impl Into<String>, order: Option<Order>) -> Self {
        self.sort_href = Some(href.into());
        self.order = order;
        self
    }

    /// What `aria-sort` says.
    fn aria_sort(&self) -> &'static str {
        match self.order {
            Some(Order::Ascending) => "ascending",
            Some(Order::Descending) => "descending",
            None => "none",
        }
    }
}

/// One cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Words.
    Text(String),
    /// An id, a path, a code.
    Code(String),
    /// A number with its unit, and in full where it was shortened (else empty).
    Number {
        /// "1.2K".
        text: String,
        /// "1,204,311"; may be empty.
        exact: String,
    },
    /// A number with a bar below it.
    Bar {
        /// "$4.1K".
        text: String,
        /// Against the column's largest, from `bar_list::percent`.
        width: String,
        /// The bar's colour.
        colour: Colour,
    },
    /// The same, leading to what is behind it.
    LinkedBar {
        /// "12".
        text: String,
        /// Against the table's largest, from `bar_list::percent`.
        width: String,
        /// The bar's colour.
        colour: Colour,
        /// Where it leads.
        href: String,
    },
    /// A name with its coloured dot, leading to the page with it as a filter.
    Mark {
        /// Its colour.
        colour: Colour,
        /// The name.
        label: String,
        /// Where it leads.
        href: Option<String>,
    },
    /// A name that leads somewhere.
    Link {
        /// The name.
        label: String,
        /// Where it leads.
        href: String,
    },
    /// A state.
    Pill {
        /// Its colour; the word must say the same.
        tone: Tone,
        /// The word.
        label: String,
    },
    /// A moment.
    When(Moment),
    /// Not known, and why.
    Missing(&'static str),
}

/// One row; one cell for each column. The first cell names the row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Whether it is chosen.
    pub is_current: bool,
}

impl Row {
    /// A row of cells.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            is_current: false,
        }
    }
}

/// A table. Place it with `{{ table }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "block/data_table.html")]
pub struct DataTable {
    /// What the table holds, for those who do not see it: "Latency by provider".
    pub caption: String,
    /// Heads of the columns.
    pub columns: Vec<Column>,
    /// The rows, sorted.
    pub rows: Vec<Row>,
    /// A last row for the whole.
    pub total: Option<Row>,
    /// Whether it scrolls in itself, so that its head stays in sight. For more than some 12 rows.
    pub is_tall: bool,
}

impl HtmlSafe for DataTable {}

impl DataTable {
    /// A table without a total.
    pub fn new(caption: impl Into<String>, columns: Vec<Column>, rows: Vec<Row>) -> Self {
        Self {
            caption: caption.into(),
            columns,
            is_tall: rows.len() > 12,
            rows,
            total: None,
        }
    }
}
