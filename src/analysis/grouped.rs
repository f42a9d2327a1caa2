//! Rows put together by their owner, and looked at one owner after the other, on all cores.
//!
//! Rows are spread over parts by their owner while they come, so that a part fits into a core's cache when it is put in
//! order. Where there are more rows than memory is for, owners are looked at in several passes over the statement.

use std::collections::HashMap;
use std::mem::size_of;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use foldhash::fast::RandomState;
use parking_lot::Mutex;

use crate::analysis::inquiry::Inquiry;
use crate::core::sql::{Binds, Sql};
use crate::store::engine::EngineError;
use crate::store::machine;
use crate::store::study::by_row;

/// Parts over which owners are spread.
const PARTS: usize = 256;
/// Rows that a part takes from the allocator at once.
const PIECE: usize = 2_048;
/// Rows for which a second thread is not worth its start.
const FEW: usize = 50_000;
/// Share of the machine's memory that the rows of one question may take: one in this many.
const MEMORY_PART: u64 = 8;
/// Rows that may always be held.
const ROWS_MIN: u64 = 1_000_000;

/// A row and whose it is.
type Row<T> = (i64, T);
/// Rows of some owners, in pieces, so that nothing is moved when it grows.
type Part<T> = Vec<Vec<Row<T>>>;

/// Rows by owner, in the order in which they came.
#[derive(Debug)]
pub struct Grouped<T> {
    parts: Vec<Part<T>>,
    len: usize,
}

impl<T> Default for Grouped<T> {
    fn default() -> Grouped<T> {
        Grouped {
            parts: (0..PARTS).map(|_| Vec::new()).collect(),
            len: 0,
        }
    }
}

impl<T: Copy + Default + Send + Sync> Grouped<T> {
    /// Adds a row.
    pub fn push(&mut self, owner: i64, row: T) {
        let pieces = &mut self.parts[(spread(owner) >> 56) as usize % PARTS];
        match pieces.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push((owner, row)),
            None => {
                // The first piece grows with its rows, as most questions are small.
                let room = if pieces.is_empty() { 4 } else { PIECE };
                let mut piece = Vec::with_capacity(room);
                piece.push((owner, row));
                pieces.push(piece);
            }
        }
        self.len += 1;
    }

    /// Looks at the rows of each owner. Every thread has a result of its own, which begins as `start` makes it.
    pub fn fold<R: Send>(
        mut self,
        start: impl Fn() -> R + Sync,
        each: impl Fn(&mut R, i64, &mut [T]) + Sync,
    ) -> Vec<R> {
        let threads = if self.len < FEW { 1 } else { machine::cores() };
        let next = AtomicUsize::new(0);
        let parts = std::mem::take(&mut self.parts).into_iter();
        let parts: Vec<Mutex<Part<T>>> = parts.map(Mutex::new).collect();
        let work = || {
            let (mut result, mut desk) = (start(), Desk::default());
            while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                let pieces = std::mem::take(&mut *part.lock());
                desk.each(&pieces, |owner, rows| each(&mut result, owner, rows));
            }
            result
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut results = vec![work()];
            for other in others {
                match other.join() {
                    Ok(result) => results.push(result),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            results
        })
    }
}

/// Spreads neighbouring numbers evenly; as the multiplicative hash of Knuth, The Art of Computer Programming 6.4.
fn spread(owner: i64) -> u64 {
    (owner as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Where one part after the other is put in order; keeps its memory.
#[derive(Default)]
struct Desk<T> {
    numbers: HashMap<i64, u32, RandomState>,
    /// By number.
    owners: Vec<i64>,
    starts: Vec<u32>,
    /// The number of each row's owner.
    of_rows: Vec<u32>,
    rows: Vec<T>,
}

impl<T: Copy + Default> Desk<T> {
    fn each(&mut self, pieces: &[Vec<Row<T>>], mut of: impl FnMut(i64, &mut [T])) {
        self.numbers.clear();
        self.owners.clear();
        self.of_rows.clear();
        self.starts.clear();
        self.starts.push(0);
        for (owner, _) in pieces.iter().flatten() {
            let number = *self.numbers.entry(*owner).or_insert_with(|| {
                self.owners.push(*owner);
                self.starts.push(0);
                self.owners.len() as u32 - 1
            });
            self.of_rows.push(number);
            self.starts[number as usize + 1] += 1;
        }
        for place in 1..self.starts.len() {
            self.starts[place] += self.starts[place - 1];
        }
        self.rows.clear();
        self.rows.resize(self.of_rows.len(), T::default());
        // Each start moves to its end, which is the next one's start.
        for ((_, row), number) in pieces.iter().flatten().zip(&self.of_rows) {
            let place = &mut self.starts[*number as usize];
            self.rows[*place as usize] = *row;
            *place += 1;
        }
        let mut from = 0;
        for (owner, end) in self.owners.iter().zip(&self.starts) {
            of(*owner, &mut self.rows[from..*end as usize]);
            from = *end as usize;
        }
    }
}

/// One pass after the other over a statement, each with the rows of some owners.
#[derive(Debug)]
pub struct Passes {
    rows_max: u64,
    count: u64,
    done: u64,
}

impl Passes {
    /// For rows of type `T`, as many at once as the machine has memory for.
    pub fn of<T>() -> Passes {
        let bytes = machine::memory_bytes() / MEMORY_PART;
        Passes::with((bytes / size_of::<Row<T>>() as u64).max(ROWS_MIN))
    }

    /// With at most about `rows_max` rows at once.
    pub fn with(rows_max: u64) -> Passes {
        Passes {
            rows_max,
            count: 1,
            done: 0,
        }
    }

    /// The rows of the next pass; `None` after the last. `read` tells whose a row is, and what is kept of it, if anything;
    /// each pass asks it for every row. A pass that finds more rows than memory is for has none, and others follow it.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn next<const N: usize, T: Copy + Default + Send + Sync>(
        &mut self,
        inquiry: &Inquiry,
        sql: &Sql,
        binds: &Binds,
        mut read: impl FnMut([i64; N]) -> Option<Row<T>>,
    ) -> Result<Option<Grouped<T>>, EngineError> {
        if self.done == self.count {
            return Ok(None);
        }
        let (mut grouped, mut all) = (Grouped::default(), 0_u64);
        inquiry.numbers(sql, binds, |columns| {
            for (owner, row) in by_row(columns).filter_map(&mut read) {
                all += 1;
                if (spread(owner) >> 16 & 0xFFFF_FFFF) % self.count == self.done {
                    grouped.push(owner, row);
                }
            }
            // Only their number is still of interest.
            if self.is_too_many(all) {
                grouped = Grouped::default();
            }
        })?;
        match self.is_too_many(all) {
            true => self.count = all.div_ceil(self.rows_max),
            false => self.done += 1,
        }
        Ok(Some(grouped))
    }

    /// Whether the first pass found more than may be held.
    fn is_too_many(&self, all: u64) -> bool {
        self.count == 1 && all > self.rows_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::{Given, did};

    fn sums(grouped: Grouped<i64>) -> Vec<(i64, Vec<i64>)> {
        let results = grouped.fold(Vec::new, |seen, owner, rows| {
            seen.push((owner, rows.to_vec()));
        });
        let mut seen: Vec<_> = results.into_iter().flatten().collect();
        seen.sort_unstable();
        seen
    }

    #[test]
    fn rows_keep_their_order_within_an_owner() {
        let mut grouped = Grouped::default();
        for (owner, row) in [(2, 10), (0, 11), (2, 12), (5, 13), (-7, 14)] {
            grouped.push(owner, row);
        }
        assert_eq!(
            sums(grouped),
            [
                (-7, vec![14]),
                (0, vec![11]),
                (2, vec![10, 12]),
                (5, vec![13])
            ]
        );
        assert_eq!(sums(Grouped::default()), []);
    }

    #[test]
    fn many_rows_on_several_threads_are_all_there_once() {
        let mut grouped = Grouped::default();
        for row in 0..3 * FEW as i64 {
            grouped.push(row % 1_000, row);
        }
        let seen = sums(grouped);
        assert_eq!(seen.len(), 1_000);
        for (owner, rows) in seen {
            let expected: Vec<i64> = (0..3 * FEW as i64 / 1_000)
                .map(|turn| turn * 1_000 + owner)
                .collect();
            assert_eq!(rows, expected);
        }
    }

    #[test]
    fn rows_beyond_the_bound_come_in_several_passes_each_owner_in_one() {
        let events = (0..3_000).map(|number| {
            let who = format!("u{}", number % 100);
            did(&who, "sign_up", "2026-11-02T10:00:00Z")
        });
        let given = Given::events("UTC", events);
        let sql = "SELECT CAST(person AS BIGINT), seq FROM events WHERE project = $project";
        let (passes, seen) = given.inquire(move |inquiry| {
            let (mut passes, mut count, mut seen) = (Passes::with(1_000), 0, Vec::new());
            let (sql, binds) = (Sql::text(sql), Binds::default());
            while let Some(grouped) =
                passes.next(inquiry, &sql, &binds, |[person, seq]: [i64; 2]| {
                    Some((person, seq))
                })?
            {
                count += 1;
                seen.extend(sums(grouped));
            }
            Ok((count, seen))
        });
        assert_eq!(passes, 4, "one finds out that three are needed");
        assert_eq!(seen.len(), 100, "nobody is in two passes");
        assert!(seen.iter().all(|(_, rows)| rows.len() == 30));
    }
}
