//! Answers as they were last given, so that all who look at a page share them; see [`Kept`].

use std::any::{Any, type_name};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use crate::core::kept::{Kept, Rules};
use crate::core::range::Period;
use crate::query::answer::{Answer, Distribution};
use crate::query::question::Question;
use crate::store::engine::{EngineError, Facts};

/// Most figures of an answer that is kept; at some 50 bytes each and [`ENTRIES_MAX`] answers at most 50 MB.
const FIGURES_MAX: usize = 8_000;
const ENTRIES_MAX: usize = 128;
/// The oldest that an answer may be while nothing changes: it says until when it is, and time goes on.
const AGE_MAX: Duration = Duration::from_secs(10);
/// What takes less than this is not worth keeping.
const WORTH: Duration = Duration::from_millis(20);
/// What takes less than this is asked anew when something changed.
const QUICK: Duration = Duration::from_millis(100);

/// What an answer is of. What somebody sets or erases takes effect at once; events that are added may take their time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    about: About,
    rewrites: u64,
    /// The kind of the answer, and the question without the moment at which it is asked.
    question: String,
}

/// Where a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct About {
    /// The project.
    pub project: u32,
    /// Differs where currencies are worth something else.
    pub exchange: i64,
    /// Differs where segments are others.
    pub segments: u64,
}

/// A question that is asked at a moment.
pub trait Timed: Clone + Debug {
    /// The period that it is about, and when it is asked.
    fn period_mut(&mut self) -> &mut Period;
}

/// How large an answer is.
pub trait Figures {
    /// About how many figures it holds.
    fn figures(&self) -> usize;
}

/// The answers.
pub struct Answers {
    is_on: bool,
    kept: Kept<Key, u64, Arc<dyn Any + Send + Sync>>,
}

impl Answers {
    /// None yet. Where events come in all the time, those that took long may be `stale_max` old at most; if that is 0,
    /// none is kept.
    pub fn new(stale_max: Duration) -> Answers {
        Answers {
            is_on: !stale_max.is_zero(),
            kept: Kept::new(Rules {
                entries_max: ENTRIES_MAX,
                worth: WORTH,
                quick: QUICK,
                stale_max,
                age_max: AGE_MAX,
            }),
        }
    }

    /// The answer to a question, asked by `ask` if none is kept that may be used. Two questions are the same if they look
    /// the same.
    ///
    /// # Errors
    /// As `ask`.
    pub fn get<A: Figures + Clone + Send + Sync + 'static>(
        &self,
        about: About,
        facts: Facts,
        question: &impl Timed,
        ask: impl FnOnce() -> Result<A, EngineError>,
    ) -> Result<A, EngineError> {
        if !self.is_on {
            return ask();
        }
        let mut undated = question.clone();
        undated.period_mut().undate();
        let key = Key {
            about,
            rewrites: facts.rewrites,
            question: format!("{} {undated:?}", type_name::<A>()),
        };
        let is_small = |held: &Arc<dyn Any + Send + Sync>| {
            let answer = held.downcast_ref::<A>();
            answer.is_some_and(|answer| answer.figures() <= FIGURES_MAX)
        };
        let find = || Ok::<Arc<dyn Any + Send + Sync>, EngineError>(Arc::new(ask()?));
        let held = self.kept.get(key, facts.appends, is_small, find)?;
        let answer = held.downcast_ref::<A>().cloned();
        answer.ok_or_else(|| EngineError::Query("an answer is of another kind".to_owned()))
    }
}

impl Timed for Question {
    fn period_mut(&mut self) -> &mut Period {
        &mut self.period
    }
}

impl Figures for Answer {
    fn figures(&self) -> usize {
        (self.rows.len() + 2) * (self.buckets.len() + 1) * self.metrics.len()
    }
}

impl Figures for Distribution {
    fn figures(&self) -> usize {
        self.bins.len() + self.quantiles.len()
    }
}

impl<A: Figures> Figures for Option<A> {
    fn figures(&self) -> usize {
        self.as_ref().map_or(0, Figures::figures)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::core::range::Range;

    #[derive(Clone, Debug, PartialEq)]
    struct Count(usize);

    impl Figures for Count {
        fn figures(&self) -> usize {
            self.0
        }
    }

    #[derive(Clone, Debug)]
    struct Days(Period);

    impl Timed for Days {
        fn period_mut(&mut self) -> &mut Period {
            &mut self.0
        }
    }

    /// The last days as of a second of a day.
    fn days(days: u16, second: i64) -> Days {
        let now = jiff::Timestamp::from_second(1_795_000_000 + second).expect("a moment");
        let period = Range::Days(days).resolve(None, &TimeZone::UTC, now);
        Days(period.expect("a period"))
    }

    const HERE: About = About {
        project: 1,
        exchange: 0,
        segments: 0,
    };

    /// Takes as long as is worth keeping.
    fn ask(
        answers: &Answers,
        about: About,
        facts: (u64, u64),
        question: &Days,
        count: usize,
    ) -> usize {
        let facts = Facts {
            appends: facts.0,
            rewrites: facts.1,
        };
        let slow = || {
            std::thread::sleep(WORTH);
            Ok(Count(count))
        };
        let answer = answers.get(about, facts, question, slow);
        answer.expect("an answer").0
    }

    #[test]
    fn the_same_question_a_moment_later_shares_the_answer_and_any_other_does_not() {
        let answers = Answers::new(Duration::from_secs(10));
        assert_eq!(ask(&answers, HERE, (1, 1), &days(30, 0), 5), 5);
        assert_eq!(ask(&answers, HERE, (1, 1), &days(30, 7), 6), 5);
        assert_eq!(
            ask(&answers, HERE, (1, 1), &days(90, 7), 6),
            6,
            "another period"
        );
        let others = [
            About { project: 2, ..HERE },
            About {
                exchange: 2,
                ..HERE
            },
            About {
                segments: 2,
                ..HERE
            },
        ];
        for (count, about) in (10..).zip(others) {
            assert_eq!(ask(&answers, about, (1, 1), &days(30, 0), count), count);
        }
    }

    #[test]
    fn an_event_a_change_and_a_large_answer_are_asked_anew() {
        // Nothing may be so old, however slow the machine is.
        let answers = Answers::new(Duration::from_nanos(1));
        assert_eq!(ask(&answers, HERE, (1, 1), &days(30, 0), 5), 5);
        assert_eq!(ask(&answers, HERE, (2, 1), &days(30, 0), 6), 6);
        assert_eq!(ask(&answers, HERE, (2, 2), &days(30, 0), 7), 7);
        let large = FIGURES_MAX + 1;
        assert_eq!(ask(&answers, HERE, (3, 2), &days(30, 0), large), large);
        assert_eq!(ask(&answers, HERE, (3, 2), &days(30, 0), 8), 8);
        let off = Answers::new(Duration::ZERO);
        assert_eq!(ask(&off, HERE, (1, 1), &days(30, 0), 5), 5);
        assert_eq!(ask(&off, HERE, (1, 1), &days(30, 0), 6), 6);
    }
}
