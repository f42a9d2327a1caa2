//! What the last form did, as a sentence: addresses carry a code, and only this table has the words.

use crate::web::view::shell::{Notice, Tone};

/// A sentence that a page may show, by its code in `?notice=`.
struct Entry {
    code: &'static str,
    tone: Tone,
    text: &'static str,
}

const fn good(code: &'static str, text: &'static str) -> Entry {
    Entry {
        code,
        tone: Tone::Good,
        text,
    }
}

const fn plain(code: &'static str, text: &'static str) -> Entry {
    Entry {
        code,
        tone: Tone::Plain,
        text,
    }
}

const TABLE: &[Entry] = &[
    good(
        "project_created",
        "The project is created. Create a key for it to send events.",
    ),
    good(
        "project_saved",
        "The project is saved. New events follow the new rules at once.",
    ),
    good(
        "project_archived",
        "The project is archived. Its keys no longer work; its data is kept.",
    ),
    good(
        "project_restored",
        "The project is restored. Its keys work again.",
    ),
    good(
        "thresholds_saved",
        "The thresholds are saved. Tables and charts follow them at once.",
    ),
    good(
        "thresholds_reset",
        "The thresholds are the usual ones again.",
    ),
    good(
        "demo_removed",
        "The demo is removed, with all of its events. `analytics demo` brings it back.",
    ),
    good(
        "funnel_saved",
        "The funnel is saved. Everybody of this server finds it under Saved.",
    ),
    good(
        "funnel_forgotten",
        "The saved funnel is forgotten. Its address still works.",
    ),
    good(
        "segment_saved",
        "The segment is saved. It is a filter and a split of every page, called Segment.",
    ),
    good(
        "segment_deleted",
        "The segment is deleted. Addresses that filter by it say so from now on.",
    ),
    good(
        "budget_created",
        "The budget is created. It counts what was spent since its period began.",
    ),
    good(
        "budget_saved",
        "The budget is saved. Everybody is told again from its first threshold on.",
    ),
    good(
        "budget_archived",
        "The budget is archived. It no longer warns anybody.",
    ),
    good(
        "price_saved",
        "The price is saved. New events are priced by it.",
    ),
    good(
        "price_ended",
        "The price has ended. The price book counts again.",
    ),
    good(
        "book_uploaded",
        "The price book is in force. New events are priced by it.",
    ),
    good(
        "book_removed",
        "The uploaded price book is put aside. The former one counts again.",
    ),
    good(
        "rate_entered",
        "The exchange rate is saved. Revenue follows it at once, that of the past too.",
    ),
    good(
        "rates_read",
        "The exchange rates of the file are saved. Revenue follows them at once, that of the past too.",
    ),
    good(
        "rate_removed",
        "The exchange rate is removed. Until the next one, the rate before it goes on.",
    ),
    plain(
        "repricing_asked",
        "The calls are being priced anew. This may take some minutes; reload the page to see whether it is done.",
    ),
    good(
        "user_merged",
        "They are one person now. No event was changed, and it can be undone here.",
    ),
    good("user_unmerged", "They are two people again."),
    good(
        "user_erased",
        "All events are erased, or will be within seconds. The receipt below is the proof.",
    ),
    good(
        "key_revoked",
        "The key is revoked. Requests with it are refused from now on.",
    ),
    good(
        "password_changed",
        "The password is changed. All other sessions have ended.",
    ),
    good(
        "session_ended",
        "The session has ended. That browser must log in again.",
    ),
    plain("logged_out", "You are logged out."),
    plain("logged_out_everywhere", "You are logged out everywhere."),
    plain(
        "log_in_again",
        "Your session has ended. Log in, then send the form again.",
    ),
    plain(
        "setup_link_used",
        "This set-up link has been used or replaced by a newer one.",
    ),
];

/// The sentence with this code; none for any other text.
pub fn notice(code: &str) -> Option<Notice> {
    let entry = TABLE.iter().find(|entry| entry.code == code)?;
    Some(Notice {
        tone: entry.tone,
        text: entry.text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::web::pages::notice::{TABLE, notice};

    #[test]
    fn every_notice_is_a_sentence_under_a_code_of_its_own() {
        let mut codes = HashSet::new();
        for entry in TABLE {
            assert!(codes.insert(entry.code), "{} stands twice", entry.code);
            assert!(entry.text.ends_with('.'), "{} needs a sentence", entry.code);
        }
        assert_eq!(
            notice("logged_out").map(|notice| notice.text).as_deref(),
            Some("You are logged out.")
        );
    }

    #[test]
    fn text_from_an_address_is_never_shown() {
        assert!(notice("Your account is locked, call 555 0100").is_none());
        assert!(notice("").is_none());
    }
}
