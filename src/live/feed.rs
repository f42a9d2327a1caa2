//! The latest events, and which of them a viewer has not been sent yet.

use std::collections::VecDeque;

use crate::core::event::{Event, PAGE_PING};

/// The latest events, a bounded number of them.
pub struct Feed {
    /// Newest first, each with its number.
    events: VecDeque<(u64, Event)>,
    max: usize,
    pushed: u64,
}

impl Feed {
    /// An empty feed that will hold at most `max` events.
    pub fn new(max: usize) -> Feed {
        Feed {
            events: VecDeque::new(),
            max,
            pushed: 0,
        }
    }

    /// Puts an event on top, if it is something that happened: a page that is still open is not.
    pub fn push(&mut self, event: Event) {
        self.pushed += 1;
        if event.kind == PAGE_PING {
            return;
        }
        self.events.push_front((self.pushed, event));
        self.events.truncate(self.max);
    }

    /// How many events were ever pushed; also the number of the newest.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// The events after the one with this number, each with its own, newest first; after 0 all that are kept.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &(u64, Event)> {
        self.events.iter().take_while(move |(own, _)| *own > number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(feed: &Feed, number: u64) -> Vec<&str> {
        feed.since(number)
            .map(|(_, event)| event.kind.as_str())
            .collect()
    }

    #[test]
    fn the_newest_are_kept_and_a_reader_may_ask_for_what_came_since() {
        let mut feed = Feed::new(3);
        for kind in ["a", "b", "c", "d"] {
            feed.push(Event {
                kind: kind.into(),
                ..Event::default()
            });
        }

        assert_eq!(feed.pushed(), 4);
        assert_eq!(kinds(&feed, 0), ["d", "c", "b"]);
        assert_eq!(kinds(&feed, 2), ["d", "c"]);
        assert_eq!(kinds(&feed, 4), [""; 0]);
    }

    #[test]
    fn a_page_that_is_still_open_counts_and_is_not_shown() {
        let mut feed = Feed::new(3);
        feed.push(Event {
            kind: PAGE_PING.into(),
            ..Event::default()
        });
        assert_eq!((feed.pushed(), feed.since(0).count()), (1, 0));
    }

    #[test]
    fn a_feed_of_none_still_counts() {
        let mut feed = Feed::new(0);
        feed.push(Event::default());
        assert_eq!((feed.pushed(), feed.since(0).count()), (1, 0));
    }
}
