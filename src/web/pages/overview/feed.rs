//! The rows of the live feed, as the script writes them too (`static/src/js/feed.js`).

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::live::feed_item::FeedItem;
use crate::web::view::figure;
use crate::web::view::moment::Moment;
use crate::web::view::overview::FeedRow;
use crate::web::view::provider::ProviderMark;
use crate::web::view::shell::Tone;

/// One event of the feed; `sign` stands before amounts that name no currency.
pub fn feed_row(event: &FeedItem, sign: &str, now: Timestamp) -> FeedRow {
    let provider = event.provider.as_deref().unwrap_or_default();
    let model = event.model.as_deref().or(event.provider.as_deref());
    let latency = event.latency_ms.map(figure::duration);
    let tokens = event.tokens.and_then(|count| u64::try_from(count).ok());
    let cost = event.cost.as_deref().and_then(amount);
    let payment = event
        .amount
        .as_deref()
        .and_then(|text| payment(text, event.prefix.as_deref().unwrap_or(sign)));
    let facts = [
        latency.map(|(text, unit)| format!("{text} {unit}")),
        tokens.map(|count| format!("{} tokens", figure::separated(count))),
        cost.map(|cost| figure::cost(cost, "$")),
        event.country.clone(),
    ];
    FeedRow {
        id: event.id.clone(),
        when: Moment::past(Timestamp::from_millisecond(event.at).unwrap_or(now), now),
        label: event.label.clone(),
        tone: match event.status.as_deref() {
            Some("ok") => Tone::Good,
            Some("error") => Tone::Bad,
            Some("warning") => Tone::Warn,
            Some(_) | None => match payment.is_some() {
                true => Tone::Good,
                false => Tone::Plain,
            },
        },
        subject: event.user.clone().unwrap_or_default(),
        model: model.map(|model| ProviderMark::new(provider, model)),
        facts: facts.into_iter().flatten().collect(),
        payment: payment.unwrap_or_default(),
    }
}

/// "49.00" and "€" → "+€49.00", "-5.00" and "$" → "−$5.00".
fn payment(text: &str, prefix: &str) -> Option<String> {
    let amount = amount(text)?;
    let sign = if amount.is_sign_negative() && !amount.is_zero() {
        "−"
    } else {
        "+"
    };
    Some(format!("{sign}{}", figure::cost(amount.abs(), prefix)))
}

fn amount(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::live::feed_item::FeedItem;
    use crate::web::pages::overview::feed::{feed_row, payment};
    use crate::web::view::shell::Tone;

    fn answer() -> FeedItem {
        FeedItem {
            number: 1,
            id: "1".into(),
            r#type: "response_received".into(),
            at: 1_795_300_000_000,
            label: "Answer received".into(),
            user: Some("ana".into()),
            provider: Some("openai".into()),
            model: Some("gpt-5-mini".into()),
            latency_ms: Some(812.4),
            tokens: Some(1200),
            cost: Some("0.0031".into()),
            amount: None,
            prefix: None,
            country: Some("DE".into()),
            status: Some("ok".into()),
        }
    }

    #[test]
    fn an_event_of_the_feed_reads_as_the_script_writes_it() {
        let now = Timestamp::from_millisecond(1_795_300_012_000).expect("a time");

        let row = feed_row(&answer(), "€", now);

        assert_eq!(row.when.text, "12 s ago");
        assert_eq!(row.facts, ["812 ms", "1,200 tokens", "$0.0031", "DE"]);
        assert_eq!((&*row.payment, row.tone), ("", Tone::Good));
        assert_eq!(row.model.map(|model| model.class), Some("p-openai"));
    }

    #[test]
    fn what_an_event_does_not_say_stays_empty() {
        let bare = FeedItem {
            user: None,
            provider: None,
            model: None,
            latency_ms: None,
            tokens: None,
            cost: None,
            country: None,
            status: None,
            ..answer()
        };

        let row = feed_row(&bare, "€", Timestamp::UNIX_EPOCH);

        assert!(row.subject.is_empty() && row.model.is_none() && row.facts.is_empty());
        assert_eq!((&*row.payment, row.tone), ("", Tone::Plain));
    }

    #[test]
    fn payments_carry_their_sign_and_currency() {
        for (text, sign, expected) in [
            ("49.00", "$", Some("+$49.00")),
            ("49.00", "€", Some("+€49.00")),
            ("49.00", "KES ", Some("+KES 49.00")),
            ("-5.00", "$", Some("−$5.00")),
            ("much", "$", None),
        ] {
            assert_eq!(payment(text, sign).as_deref(), expected, "{text}");
        }
    }
}
