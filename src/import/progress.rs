//! How far an import is, on standard error, and only if that is a terminal.

use std::io::Read;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

/// What is shown where the size is known.
const KNOWN: &str = "{bar:30} {percent:>3} %  {msg}  {eta} left";
/// What is shown where the size is not known.
const COUNTER: &str = "{spinner} {msg}  {elapsed}";

/// The progress of one import. Copies show the same bar.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over the bytes of the file, or a counter of rows where its size says nothing.
    pub fn new(path: &Path) -> Progress {
        let size = std::fs::metadata(path)
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|meta| meta.len());
        let (bar, template) = match size {
            Some(size) => (ProgressBar::new(size), KNOWN),
            None => (ProgressBar::new_spinner(), COUNTER),
        };
        let style =
            ProgressStyle::with_template(template).expect("the template is one of the two above");
        bar.set_style(style);
        bar.set_message("reading");
        Progress { bar }
    }

    /// A bar over work that is known beforehand, in any unit.
    pub fn of(total: u64) -> Progress {
        let bar = ProgressBar::new(total);
        let style = ProgressStyle::with_template(KNOWN).expect("the template is a constant");
        bar.set_style(style);
        Progress { bar }
    }

    /// Shows nothing.
    pub fn hidden() -> Progress {
        Progress {
            bar: ProgressBar::hidden(),
        }
    }

    /// How much of the work is done, and what that is in words.
    pub fn reached(&self, done: u64, message: String) {
        self.bar.set_message(message);
        self.bar.set_position(done);
    }

    /// Counts what is read from the file.
    pub fn counted(&self, input: impl Read + 'static) -> impl Read + 'static {
        self.bar.wrap_read(input)
    }

    /// Forgets the size of the file, for formats that are not read from end to end.
    pub fn count_rows(&self) {
        let style = ProgressStyle::with_template(COUNTER).expect("the template is a constant");
        self.bar.unset_length();
        self.bar.set_style(style);
    }

    /// Rows that are done.
    pub fn confirmed(&self, rows: u64) {
        self.bar.set_message(format!("{rows} rows"));
        self.bar.tick();
    }

    /// Why it does not move at the moment.
    pub fn waiting(&self, reason: &str) {
        self.bar.set_message(reason.to_owned());
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
