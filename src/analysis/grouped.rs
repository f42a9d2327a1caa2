//! Rows put together by their owner, in linear time: owners are small dense numbers.

/// Rows by owner, in the order in which they came.
#[derive(Debug)]
pub struct Grouped<T> {
    rows: Vec<T>,
    starts: Vec<u32>,
}

impl<T: Copy + Default> Grouped<T> {
    /// Puts together the rows of each owner. At most `u32::MAX` rows.
    pub fn new(owners: &[u32], rows: &[T]) -> Grouped<T> {
        let owners_count = owners.iter().max().map_or(0, |most| *most as usize + 1);
        let mut starts = vec![0_u32; owners_count + 1];
        for owner in owners {
            starts[*owner as usize + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut next = starts.clone();
        let mut grouped = vec![T::default(); rows.len()];
        for (owner, row) in owners.iter().zip(rows) {
            let place = &mut next[*owner as usize];
            grouped[*place as usize] = *row;
            *place += 1;
        }
        Grouped {
            rows: grouped,
            starts,
        }
    }

    /// The rows of each owner that has any, with its number.
    pub fn each(&mut self, mut of: impl FnMut(u32, &mut [T])) {
        for owner in 0..self.starts.len().saturating_sub(1) {
            let (from, to) = (self.starts[owner] as usize, self.starts[owner + 1] as usize);
            if from < to {
                of(owner as u32, &mut self.rows[from..to]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_within_an_owner() {
        let mut grouped = Grouped::new(&[2, 0, 2, 5], &[10, 11, 12, 13]);
        let mut seen = Vec::new();
        grouped.each(|owner, rows| seen.push((owner, rows.to_vec())));
        assert_eq!(seen, [(0, vec![11]), (2, vec![10, 12]), (5, vec![13])]);
        Grouped::<i64>::new(&[], &[]).each(|_, _| panic!("nobody is there"));
    }
}
