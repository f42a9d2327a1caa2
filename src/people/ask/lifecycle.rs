//! New, returning, resurrecting and dormant people, bar by bar.

use crate::core::value::Better::Higher;
use crate::core::value::Unit::Count;
use crate::core::value::Value;
use crate::people::ask::{Answered, Asker, measure};
use crate::people::lifecycle::lifecycle;

impl Asker<'_> {
    pub(super) fn lifecycle(&self) -> Answered {
        let activity = self.activity()?;
        let bars = self.crowd().bars();
        let places = self.places(&bars, &activity);
        let lives = lifecycle(&activity, self.place_before(&activity), &places);
        let lines = bars.iter().zip(lives).map(|(bar, life)| {
            let counts = [
                life.new,
                life.returning,
                life.resurrecting,
                -life.dormant,
                life.active(),
            ];
            self.bar(*bar, counts.map(Value::Whole).to_vec())
        });
        Ok((
            vec![
                measure(
                    "new",
                    "New",
                    Count,
                    Higher,
                    "First active day ever in this bar.",
                ),
                measure(
                    "returning",
                    "Returning",
                    Count,
                    Higher,
                    "Active in this bar and in the one before.",
                ),
                measure(
                    "resurrecting",
                    "Resurrecting",
                    Count,
                    Higher,
                    "Active in this bar, not in the one before, and not new.",
                ),
                measure(
                    "dormant",
                    "Dormant",
                    Count,
                    Higher,
                    "Active in the bar before, not in this one; told as a negative number.",
                ),
                measure(
                    "active",
                    "Active",
                    Count,
                    Higher,
                    "Everybody active: the bar before, less dormant, plus new and resurrecting.",
                ),
            ],
            lines.collect(),
            None,
        ))
    }
}
