//! What each step of the pipeline does to an event.

use std::hash::{BuildHasher, Hash};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::core::code::Code;
use crate::core::event::{Event, Outcome};
use crate::core::money::Money;
use crate::ingest::enrich::campaign::{self, Campaign};
use crate::ingest::enrich::preview::{self, Preview};
use crate::ingest::enrich::user_agent::Device;
use crate::ingest::enrich::visitor;
use crate::ingest::enrich::{page_url, referrer};
use crate::ingest::pipeline::Work;
use crate::ingest::refusal::Refusal;
use crate::ingest::session::Touch;
use crate::pricing::bill::{Call, bill};
use crate::pricing::provider;
use crate::pricing::usage::{ServiceTier, Usage};

/// Words for a status and what they mean.
const STATUS_WORDS: &[(&str, &str)] = &[
    ("success", "ok"),
    ("succeeded", "ok"),
    ("successful", "ok"),
    ("completed", "ok"),
    ("failed", "error"),
    ("failure", "error"),
    ("fail", "error"),
    ("errored", "error"),
    ("canceled", "cancelled"),
    ("aborted", "cancelled"),
];

/// Words for a refusal by the model.
const REFUSAL_WORDS: [&str; 4] = ["refusal", "content_filter", "safety", "blocked"];

/// Leaves out crawlers. Server-sent events are judged by the visitor's agent only if one is given.
pub fn bot(work: &mut Work) -> Result<(), Refusal> {
    let Some(agent) = visitor_agent(work) else {
        return Ok(());
    };
    if !work.pipeline.settings.drop_bots || !work.pipeline.agents.read(agent).is_bot() {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Bot,
        "the user agent names a crawler or an automated browser",
    ))
}

/// Honours Do Not Track and Global Privacy Control.
pub fn consent(work: &mut Work) -> Result<(), Refusal> {
    if work.pipeline.settings.honour_dnt && work.sender.is_browser && work.sender.opted_out {
        return Err(Refusal::new(
            Code::OptedOut,
            "the browser sent DNT or Sec-GPC",
        ));
    }
    Ok(())
}

/// Believes the clock of a page only so far. A server may send events of any date.
///
/// A page that says when it sent (`sent_at`) was asked for the age of its events and not for the time, so its clock
/// does not matter. It may have kept them while it was offline, but not for ever: its key is public, and whoever
/// holds it could rewrite the past.
pub fn clock(work: &mut Work) -> Result<(), Refusal> {
    let event = &mut work.draft.event;
    let ahead = event.occurred_at - event.received_at;
    let skew = work.pipeline.settings.clock_skew_us;
    let behind_max = match work.sender.sent {
        Some(_) => skew.max(work.pipeline.settings.late_us),
        None => skew,
    };
    let is_believed = (-behind_max..=skew).contains(&ahead);
    if work.sender.is_browser && !work.sender.may_backdate && !is_believed {
        let (side, most) = match ahead < 0 {
            true => ("before", behind_max),
            false => ("after", skew),
        };
        let message = format!(
            "`timestamp` is {} s {side} the time of receipt; from a page at most {} s are accepted",
            ahead.abs() / 1_000_000,
            most / 1_000_000
        );
        return Err(Refusal::new(Code::TimestampSkew, message));
    }
    // A future event would count in no window until its time has come.
    if ahead > 0 && ahead <= skew {
        event.occurred_at = event.received_at;
    }
    Ok(())
}

/// Cleans addresses and finds campaign and channel.
pub fn page(work: &mut Work) -> Result<(), Refusal> {
    let event = &mut work.draft.event;
    if event.url.is_none() && work.sender.is_browser {
        event.url.clone_from(&work.sender.referrer);
    }
    let sent_url = event.url.take();
    let in_url = sent_url
        .as_deref()
        .map(Campaign::from_url)
        .unwrap_or_default();
    let sent = Campaign {
        source: event.utm_source.take(),
        medium: event.utm_medium.take(),
        name: event.utm_campaign.take(),
        term: event.utm_term.take(),
        content: event.utm_content.take(),
        click: None,
    };
    let marks = sent.or(in_url);
    event.path = event
        .path
        .take()
        .map(|path| page_url::clean_given_path(&path));
    if let Some(clean) = sent_url.as_deref().and_then(page_url::clean_url) {
        event.path.get_or_insert(clean.path);
        event.host = clean.host;
        event.url = Some(clean.url);
    }
    let is_visit = event.url.is_some() || event.referrer.is_some() || marks.is_present();
    if is_visit {
        let source = referrer::source(event.referrer.as_deref(), sent_url.as_deref(), &marks);
        event.channel = Some(source.channel.id().to_owned());
        event.referrer_host = source.referrer_host;
    }
    event.referrer = event
        .referrer
        .take()
        .and_then(|url| page_url::clean_referrer(&url));
    if marks.is_present() {
        work.campaign = work.pipeline_hash((
            &marks.source,
            &marks.medium,
            &marks.name,
            marks.click.is_some(),
        ));
    }
    let event = &mut work.draft.event;
    event.click_kind = marks.click.map(|click| click.id().to_owned());
    event.utm_source = marks.source.as_deref().and_then(campaign::clean_mark);
    event.utm_medium = marks.medium.as_deref().and_then(campaign::clean_mark);
    event.utm_campaign = marks.name.as_deref().and_then(campaign::clean_mark);
    event.utm_term = marks.term.as_deref().and_then(campaign::clean_mark);
    event.utm_content = marks.content.as_deref().and_then(campaign::clean_mark);
    Ok(())
}

/// Masks and cuts prompts and answers as the project says.
pub fn preview(work: &mut Work) -> Result<(), Refusal> {
    // Before it is cut: two prompts may begin alike.
    if work.draft.event.is_call()
        && let Some(prompt) = work.draft.event.request_preview.as_deref()
    {
        work.prompt = work.pipeline.requests.prompt(prompt);
    }
    let (preview, mask) = (work.rules.preview, work.rules.mask);
    let keep = |text: &mut Option<String>| {
        if let Some(sent) = text.take() {
            *text = if mask {
                preview::apply(preview, &sent)
            } else {
                preview::cut(preview, &sent)
            };
        }
    };
    if preview == Preview::Off {
        work.draft.event.request_preview = None;
        work.draft.event.response_preview = None;
    } else {
        keep(&mut work.draft.event.request_preview);
        keep(&mut work.draft.event.response_preview);
    }
    Ok(())
}

/// Reads browser, system and device from the visitor's user agent; what the client says itself wins.
pub fn device(work: &mut Work) -> Result<(), Refusal> {
    let Some(agent) = visitor_agent(work).map(|text| work.pipeline.agents.read(text)) else {
        return Ok(());
    };
    let event = &mut work.draft.event;
    if event.browser.is_none() {
        event.browser.clone_from(&agent.browser);
        event.browser_version.clone_from(&agent.browser_version);
    }
    if event.os.is_none() {
        event.os.clone_from(&agent.os);
        event.os_version.clone_from(&agent.os_version);
    }
    if event.device.is_none() && agent.device != Device::Other {
        event.device = Some(agent.device.id().to_owned());
    }
    if event.language.is_none() && work.sender.is_browser {
        event.language.clone_from(&work.sender.language);
    }
    Ok(())
}

/// Looks up the visitor's country. The address goes no further than this and the visitor hash.
pub fn country(work: &mut Work) -> Result<(), Refusal> {
    if work.draft.event.country.is_none()
        && let Some(address) = visitor_address(work)
    {
        let found = work.pipeline.countries.country(address);
        work.draft.event.country = found.map(|country| country.code().to_owned());
    }
    Ok(())
}

/// Gives a cookieless visitor a hash that cannot be followed into the next day.
pub fn visitor(work: &mut Work) -> Result<(), Refusal> {
    if !work.rules.visitors {
        return Ok(());
    }
    let (Some(address), Some(agent)) = (visitor_address(work), visitor_agent(work)) else {
        return Ok(());
    };
    let salts = work.pipeline.salts.load();
    let salt_of = |at: Timestamp| salts.salt(at.to_zoned(TimeZone::UTC).date());
    // An event that a page sends late belongs to the visitor of its own day, as long as that day's salt is kept.
    let happened = Timestamp::from_microsecond(work.draft.event.occurred_at)
        .ok()
        .filter(|_| work.sender.is_browser);
    // Without a salt (the control store is out of order) the visitor stays uncounted rather than unprotected.
    let salt = happened
        .and_then(salt_of)
        .or_else(|| salt_of(work.sender.received));
    work.draft.event.visitor =
        salt.map(|salt| visitor::visitor(salt, work.rules.project, address, agent));
    Ok(())
}

/// Joins the event to the session of its person.
pub fn session(work: &mut Work) -> Result<(), Refusal> {
    if work.draft.event.session_id.is_some() {
        return Ok(());
    }
    work.draft.event.session_id =
        touch(&work.draft.event, work.campaign).map(|touch| work.pipeline.sessions.session(touch));
    Ok(())
}

/// Who an event is of within its project, for the session; `None` if that is not known at all.
pub fn touch(event: &Event, campaign: u64) -> Option<Touch> {
    let hasher = foldhash::fast::FixedState::with_seed(u64::from(event.project));
    let name = event.user_id.as_deref().or(event.anonymous_id.as_deref());
    let touch = Touch {
        person: name.map(|name| hasher.hash_one(name)),
        visitor: event.visitor.map(|visitor| hasher.hash_one(visitor)),
        at: event.occurred_at,
        campaign,
    };
    (touch.person.is_some() || touch.visitor.is_some()).then_some(touch)
}

/// Gives status, refusal and error class their usual names.
pub fn outcome(work: &mut Work) -> Result<(), Refusal> {
    let event = &mut work.draft.event;
    if event.kind == "payment_completed" && event.amount.is_some() && event.currency.is_none() {
        event.currency = Some(work.rules.currency.clone());
    }
    if let Some(reason) = &mut event.finish_reason
        && REFUSAL_WORDS.contains(&reason.as_str())
    {
        *reason = "refused".to_owned();
    }
    let failed_code = event.status_code.is_some_and(|code| code >= 400);
    if let Some(word) = event.status.take() {
        let usual = STATUS_WORDS.iter().find(|(given, _)| *given == word);
        event.status = Some(usual.map_or(word, |(_, usual)| (*usual).to_owned()));
    } else if event.kind == "error_occurred" || failed_code || event.error_type.is_some() {
        event.status = Some("error".to_owned());
    } else if event.is_call() {
        event.status = Some("ok".to_owned());
    }
    if event.error_type.is_none() && event.status.as_deref() == Some("error") {
        event.error_type = event.status_code.and_then(error_class).map(str::to_owned);
    }
    Ok(())
}

/// The class of an HTTP status that is an error.
fn error_class(status_code: i64) -> Option<&'static str> {
    match status_code {
        401 | 403 => Some("auth"),
        408 | 504 => Some("timeout"),
        429 => Some("rate_limit"),
        400..=499 => Some("invalid_request"),
        500..=599 => Some("server_error"),
        _ => None,
    }
}

/// Numbers the attempts at one request, and tells ratings which answer they are about.
pub fn request(work: &mut Work) -> Result<(), Refusal> {
    let requests = &work.pipeline.requests;
    let event = &mut work.draft.event;
    if event.is_call() {
        requests.join_call(event, work.prompt);
    } else if event.rating.is_some() {
        requests.join_feedback(event);
    }
    Ok(())
}

/// Names the provider and prices an AI call. What the client reports wins; what we compute is kept beside it.
pub fn price(work: &mut Work) -> Result<(), Refusal> {
    let event = &mut work.draft.event;
    if event.provider.is_some() || event.model.is_some() {
        let model = event.model.as_deref().unwrap_or_default();
        let named = provider::of_call(event.provider.as_deref(), model).map(|id| id.into_owned());
        event.provider = named.or(event.provider.take());
    }
    if !event.is_call() {
        return Ok(());
    }
    let usage = usage(event);
    let at = Timestamp::from_microsecond(event.occurred_at).unwrap_or(work.sender.received);
    let books = work.pipeline.prices.load();
    let call = Call {
        provider: event.provider.as_deref(),
        model: event.model.as_deref().unwrap_or_default(),
        at,
        usage: &usage,
        reported: event
            .cost
            .and_then(|nanos| Money::from_nanos(i128::from(nanos))),
        is_from_own_cache: event.response_cached == Some(1),
        is_success: event.outcome() == Outcome::Success,
    };
    let Some(bill) = bill(books.of(work.rules.project), &call) else {
        return Ok(());
    };
    event.cost = bill.cost.map(Money::nanos);
    event.cost_computed = bill.computed.map(Money::nanos);
    event.price_id = bill.price_id.map(|id| id.to_string());
    event.cost_source = Some(bill.source.id().to_owned());
    Ok(())
}

/// The billable usage of a call.
fn usage(event: &Event) -> Usage {
    let count = |value: Option<i64>| value.and_then(|count| u64::try_from(count).ok());
    Usage {
        input_tokens: count(event.input_tokens),
        output_tokens: count(event.output_tokens),
        cache_read_tokens: count(event.cache_read_tokens),
        cache_write_tokens: count(event.cache_write_tokens),
        reasoning_tokens: count(event.reasoning_tokens),
        input_audio_tokens: count(event.input_audio_tokens),
        output_audio_tokens: count(event.output_audio_tokens),
        characters: count(event.characters),
        audio_ms: count(event.audio_ms),
        images: count(event.images),
        bytes: count(event.bytes),
        requests: Some(1),
        service_tier: event.service_tier.as_deref().map(ServiceTier::from_text),
        ..Usage::default()
    }
}

/// The visitor's user agent: the one in the event, else that of a browser's request.
fn visitor_agent<'a>(work: &'a Work) -> Option<&'a str> {
    let of_request = work
        .sender
        .user_agent
        .as_deref()
        .filter(|_| work.sender.is_browser);
    work.draft.user_agent.as_deref().or(of_request)
}

/// The visitor's address: the one in the event from a server, else that of a browser's request.
fn visitor_address(work: &Work) -> Option<std::net::IpAddr> {
    if work.sender.is_browser {
        work.sender.address
    } else {
        work.draft.address
    }
}

impl Work<'_> {
    fn pipeline_hash(&self, value: impl Hash) -> u64 {
        foldhash::fast::FixedState::with_seed(0).hash_one(value) | 1
    }
}
