//! One query of a person: the question, each attempt at the model, and sometimes a rating.
//!
//! Attempts of one question share its `request_id`. Failed ones are tried again up to twice, the last time on
//! another model.

use crate::core::draw::Draw;
use crate::demo::feature::{Feature, Service};
use crate::demo::incident::{self, Trouble};
use crate::demo::line::{Line, Writer};
use crate::demo::model::{self, Model, Timing, UNPRICED};
use crate::demo::rhythm::DAY_MS;
use crate::demo::world::WorldSettings;

/// Attempts at most.
const ATTEMPTS_MAX: u32 = 3;
/// Chance that the caller leaves before the answer is there.
const CANCELLED: f64 = 0.008;
/// Chance that the model refuses.
const REFUSED: f64 = 0.003;
/// Chance that the answer is cut at its length limit.
const CUT: f64 = 0.015;
/// Chance that the router sends a question for the main model to a cheaper one.
const ROUTED: f64 = 0.28;
/// Chance that a call goes to the model without a price, once it is out.
const PREVIEW_MODEL: f64 = 0.006;
/// Part of the history after which it is.
const PREVIEW_MODEL_FROM: f64 = 0.72;
/// Chance that question and answer are sent along.
const PREVIEWS: f64 = 0.04;
/// Chance of a rating.
const RATED: f64 = 0.06;
/// Days between two versions of the prompts.
const PROMPT_DAYS: i64 = 9;
/// Milliseconds after which a call is given up.
const TIMEOUT_MS: f64 = 60_000.0;

/// Why attempts fail on usual days: status, class, chance.
const FAILURES: [((u32, &str), u32); 5] = [
    ((429, "rate_limit"), 38),
    ((504, "timeout"), 22),
    ((503, "server_error"), 18),
    ((500, "server_error"), 16),
    ((400, "invalid_request"), 6),
];

/// What all queries of a session share.
pub struct Caller<'a> {
    /// Size and place of the demo in time.
    pub settings: &'a WorldSettings,
    /// Fields that name the person, written.
    pub who: &'a str,
    /// A number that no other session has.
    pub key: u64,
}

/// A query to be written.
#[derive(Clone, Copy)]
pub struct Query {
    /// When it is asked, in milliseconds since 1970.
    pub at: i64,
    /// Its place in the session, from 0.
    pub turn: u64,
    /// What is used.
    pub feature: &'static Feature,
}

/// Tokens of an attempt, as providers report them.
#[derive(Clone, Copy, Default)]
pub struct Tokens {
    /// All of the input.
    pub input: u64,
    /// Of these, from the cache.
    pub cache_read: u64,
    /// Of these, into the cache.
    pub cache_write: u64,
    /// All of the output.
    pub output: u64,
    /// Of these, reasoning.
    pub reasoning: u64,
}

impl Caller<'_> {
    /// Writes a query with all that follows from it; returns when the answer is there.
    pub fn ask(&self, draw: &mut Draw, writer: &mut Writer, query: Query) -> i64 {
        let Query { at, turn, feature } = query;
        let request_id = format!(
            "req_{:016x}",
            self.key
                .wrapping_add(turn.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        );
        let age = self.settings.age(at.div_euclid(DAY_MS));
        let request = Line::written(|line| {
            line.fields(self.who)
                .text("feature", feature.id)
                .text("endpoint", feature.endpoint)
                .text("request_id", &request_id);
        });
        writer.event(at, "query_sent", |line| {
            line.fields(&request)
                .text("method", "POST")
                .fields(&format!(
                    ",\"metadata\":{{\"turn\":{},\"prompt_version\":\"v{}\"}}",
                    turn + 1,
                    1 + age.max(0) / PROMPT_DAYS
                ));
        });
        if feature.service == Service::Text {
            self.text(draw, writer, query, &request)
        } else {
            self.other(draw, writer, query, &request)
        }
    }

    /// A question to a model of text.
    fn text(&self, draw: &mut Draw, writer: &mut Writer, query: Query, request: &str) -> i64 {
        let through = self.settings.through(query.at);
        let mut asked = Model::draw(draw, through);
        if through > PREVIEW_MODEL_FROM && draw.chance(PREVIEW_MODEL) {
            asked = &UNPRICED;
        }
        let is_routed = asked.name == model::main_model().name && draw.chance(ROUTED);
        let mut model = if is_routed {
            model::cheap_model()
        } else {
            asked
        };
        let mut at = query.at + 20 + draw.below(60) as i64;
        for attempt in 1..=ATTEMPTS_MAX {
            let trouble =
                incident::trouble(model.provider, at, self.settings.launch, self.settings.days);
            let slower = match trouble {
                Some(Trouble::Slow { factor }) => factor,
                Some(Trouble::Failing { .. }) | None => 1.0,
            };
            let tokens = tokens(draw, model, query);
            let call = Line::written(|line| {
                line.fields(request)
                    .text("provider", model.provider)
                    .text("model", model.name)
                    .text("operation", query.feature.operation)
                    .plain("attempt", attempt);
                if model.name != asked.name {
                    line.text("requested_model", asked.name);
                }
            });
            if let Some((status_code, error_type)) = failure(draw, model, trouble, slower) {
                let took = match error_type {
                    "timeout" => TIMEOUT_MS,
                    "rate_limit" | "invalid_request" => draw.log_normal(130.0, 0.5),
                    _ => draw.log_normal(900.0, 0.8),
                };
                at += took as i64;
                writer.event(at, "error_occurred", |line| {
                    line.fields(&call)
                        .plain("status_code", status_code)
                        .text("error_type", error_type)
                        .plain("latency_ms", took.round());
                });
                if error_type == "invalid_request" || attempt == ATTEMPTS_MAX {
                    return at;
                }
                at += draw.between(400.0, 1_200.0) as i64 * (1 << attempt);
                if attempt == 2 {
                    // The last attempt goes to another provider.
                    model = if asked.provider == model::main_model().provider {
                        model::second_model()
                    } else {
                        model::main_model()
                    };
                }
                continue;
            }
            let timing = model.timing(draw, tokens.input, tokens.output, slower);
            at += timing.latency_ms as i64;
            self.answer(
                draw,
                writer,
                query,
                Answer {
                    at,
                    call: &call,
                    tokens,
                    timing,
                },
            );
            if draw.chance(RATED) {
                let is_good = draw.chance(model.satisfaction);
                let rated_at = at + 4_000 + draw.below(50_000) as i64;
                writer.event(rated_at, "feedback", |line| {
                    line.fields(request)
                        .text("model", model.name)
                        .text("provider", model.provider)
                        .text("rating", if is_good { "up" } else { "down" });
                });
            }
            return at;
        }
        at
    }

    fn answer(&self, draw: &mut Draw, writer: &mut Writer, query: Query, answer: Answer) {
        let Answer {
            at,
            call,
            tokens,
            timing,
        } = answer;
        let is_cancelled = draw.chance(CANCELLED);
        let finish_reason = match draw.share() {
            share if share < REFUSED => "refusal",
            share if share < REFUSED + CUT => "length",
            _ => "stop",
        };
        let preview = if draw.chance(PREVIEWS) {
            query.feature.preview(draw)
        } else {
            None
        };
        writer.event(at, "response_received", |line| {
            line.fields(call);
            write_tokens(line, tokens);
            line.plain("latency_ms", timing.latency_ms.round());
            if query.feature.streams {
                line.plain("ttft_ms", timing.ttft_ms.round());
            }
            if is_cancelled {
                line.text("status", "cancelled");
            } else {
                line.plain("status_code", 200)
                    .text("finish_reason", finish_reason);
            }
            if let Some((question, answer)) = preview {
                line.text("request_preview", question)
                    .text("response_preview", answer);
            }
        });
    }

    /// A call that is billed by something else than tokens of text.
    fn other(&self, draw: &mut Draw, writer: &mut Writer, query: Query, request: &str) -> i64 {
        let took = match query.feature.service {
            Service::Text | Service::Embedding => draw.log_normal(260.0, 0.4),
            Service::Transcription => draw.log_normal(2_600.0, 0.6),
            Service::Speech => draw.log_normal(1_100.0, 0.5),
            Service::Picture => draw.log_normal(6_400.0, 0.35),
        };
        let at = query.at + 25 + took as i64;
        let fails = draw.chance(0.008);
        let kind = if fails {
            "error_occurred"
        } else {
            "response_received"
        };
        writer.event(at, kind, |line| {
            line.fields(request)
                .text("operation", query.feature.operation)
                .plain("attempt", 1);
            match query.feature.service {
                Service::Text | Service::Embedding => {
                    let input = draw
                        .log_normal(query.feature.input, 0.8)
                        .clamp(50.0, 400_000.0) as u64;
                    line.text("provider", "openai")
                        .text("model", "text-embedding-3-small");
                    if !fails {
                        line.plain("input_tokens", input);
                    }
                }
                Service::Transcription => {
                    let seconds = draw.log_normal(410.0, 0.9).clamp(8.0, 7_200.0);
                    line.text("provider", "openai")
                        .text("model", "gpt-transcribe");
                    if !fails {
                        line.plain("audio_seconds", seconds.round());
                    }
                }
                Service::Speech => {
                    let characters = draw.log_normal(1_900.0, 0.8).clamp(40.0, 40_000.0) as u64;
                    line.text("provider", "openai").text("model", "tts-1");
                    if !fails {
                        line.plain("characters", characters);
                    }
                }
                Service::Picture => {
                    let input = draw.log_normal(query.feature.input, 0.5) as u64;
                    line.text("provider", "openai")
                        .text("model", "gpt-image-1-mini");
                    if !fails {
                        line.plain("input_tokens", input)
                            .plain("output_tokens", query.feature.output);
                    }
                }
            }
            let status_code = if fails { 503 } else { 200 };
            line.plain("status_code", status_code)
                .plain("latency_ms", took.round());
        });
        at
    }
}

struct Answer<'a> {
    at: i64,
    call: &'a str,
    tokens: Tokens,
    timing: Timing,
}

/// Adds the tokens that a provider reports; classes that are empty are left out.
pub fn write_tokens(line: &mut Line, tokens: Tokens) {
    line.plain("input_tokens", tokens.input)
        .plain("output_tokens", tokens.output);
    for (name, count) in [
        ("cache_read_tokens", tokens.cache_read),
        ("cache_write_tokens", tokens.cache_write),
        ("reasoning_tokens", tokens.reasoning),
    ] {
        if count > 0 {
            line.plain(name, count);
        }
    }
}

fn tokens(draw: &mut Draw, model: &Model, query: Query) -> Tokens {
    // A conversation carries its own past along.
    let grown = 1.0 + 0.10 * query.turn.min(20) as f64;
    let input = draw
        .log_normal(query.feature.input * grown, 0.70)
        .clamp(40.0, 190_000.0);
    let answer = draw
        .log_normal(query.feature.output, 0.65)
        .clamp(4.0, 16_000.0);
    let thought = answer * model.reasoning * draw.between(0.0, 2.0);
    let is_cached = query.turn > 0 && draw.chance(query.feature.cached);
    let cache_read = if is_cached {
        input * draw.between(0.35, 0.92)
    } else {
        0.0
    };
    let writes = model.reports_cache_writes && !is_cached && draw.chance(query.feature.cached);
    let cache_write = if writes {
        input * draw.between(0.3, 0.8)
    } else {
        0.0
    };
    Tokens {
        input: input as u64,
        cache_read: cache_read as u64,
        cache_write: cache_write as u64,
        output: (answer + thought) as u64,
        reasoning: thought as u64,
    }
}

/// How an attempt fails, if it does. Where everything is slow, more is given up.
fn failure(
    draw: &mut Draw,
    model: &Model,
    trouble: Option<Trouble>,
    slower: f64,
) -> Option<(u32, &'static str)> {
    if let Some(Trouble::Failing {
        share,
        status_code,
        error_type,
    }) = trouble
        && draw.chance(share)
    {
        return Some((status_code, error_type));
    }
    if draw.chance(model.failure) {
        return Some(draw.choose(&FAILURES));
    }
    draw.chance(0.012 * (slower - 1.0))
        .then_some((504, "timeout"))
}
