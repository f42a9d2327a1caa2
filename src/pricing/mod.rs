//! What a model call costs: a price book with validity dates, and its arithmetic.
//!
//! Pure: a book is parsed from text that others read, and `price` is a function of book, call
//! and time. All figures are whole numbers of small units; nothing here is a float. Which cost
//! counts, the reported or the computed one, is decided by the caller.

pub mod class;
pub mod usage;

pub mod pattern;
pub mod provider;
pub mod rate;
pub mod spelling;

pub mod book;
pub mod book_file;
pub mod books;
pub mod entry;
pub mod problem;
pub mod reader;

pub mod bill;
pub mod price;
