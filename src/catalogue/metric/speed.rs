//! How fast AI calls are.

use crate::catalogue::frame::Grain::Call;
use crate::catalogue::metric::Measurement::{
    FirstToken, Latency, LatencyAll, OutputSpeed, PerOutputToken,
};
use crate::catalogue::metric::{Formula, Measurement, Metric, ratio};
use crate::core::value::Better::{Higher, Lower};
use crate::core::value::Unit::{self, Milliseconds, PerSecond, Ratio};

const fn quantile(
    id: &'static str,
    label: &'static str,
    unit: Unit,
    of: Measurement,
    share: f64,
    help: &'static str,
) -> Metric {
    Metric {
        id,
        label,
        help,
        unit,
        grain: Call,
        formula: Formula::Quantile { of, share },
        sample: "",
        better: match of {
            OutputSpeed => Higher,
            _ => Lower,
        },
        is_additive: false,
    }
}

pub(super) static METRICS: &[Metric] = &[
    ratio(
        "latency_avg_ms",
        "Average latency",
        Milliseconds,
        Lower,
        Call,
        (
            "sum(latency_sum) / nullif(sum(latency_n), 0)",
            "sum(latency_n)",
        ),
        "Mean time from start to end of successful attempts. A mean hides the tail: read it beside the 95th percentile.",
    ),
    quantile(
        "latency_p50_ms",
        "p50 latency",
        Milliseconds,
        Latency,
        0.5,
        "Half of the successful attempts took at most this long.",
    ),
    quantile(
        "latency_p90_ms",
        "p90 latency",
        Milliseconds,
        Latency,
        0.9,
        "Nine of ten successful attempts took at most this long.",
    ),
    quantile(
        "latency_p95_ms",
        "p95 latency",
        Milliseconds,
        Latency,
        0.95,
        "Of a hundred successful attempts 95 took at most this long. If it rises while the median stays, look for one slow provider, model or endpoint.",
    ),
    quantile(
        "latency_p99_ms",
        "p99 latency",
        Milliseconds,
        Latency,
        0.99,
        "Of a hundred successful attempts 99 took at most this long.",
    ),
    quantile(
        "latency_all_p95_ms",
        "p95 latency with failures",
        Milliseconds,
        LatencyAll,
        0.95,
        "The same for all attempts, failures and time-outs at their elapsed time.",
    ),
    ratio(
        "ttft_avg_ms",
        "Average time to first token",
        Milliseconds,
        Lower,
        Call,
        ("sum(ttft_sum) / nullif(sum(ttft_n), 0)", "sum(ttft_n)"),
        "Mean time to the first chunk of successful streamed attempts.",
    ),
    quantile(
        "ttft_p50_ms",
        "p50 time to first token",
        Milliseconds,
        FirstToken,
        0.5,
        "Half of the successful streamed attempts began to answer within this time.",
    ),
    quantile(
        "ttft_p90_ms",
        "p90 time to first token",
        Milliseconds,
        FirstToken,
        0.9,
        "Nine of ten successful streamed attempts began to answer within this time.",
    ),
    quantile(
        "ttft_p95_ms",
        "p95 time to first token",
        Milliseconds,
        FirstToken,
        0.95,
        "Of a hundred successful streamed attempts 95 began to answer within this time.",
    ),
    quantile(
        "ttft_p99_ms",
        "p99 time to first token",
        Milliseconds,
        FirstToken,
        0.99,
        "Of a hundred successful streamed attempts 99 began to answer within this time.",
    ),
    quantile(
        "time_per_output_token_ms",
        "Time per output token",
        Milliseconds,
        PerOutputToken,
        0.5,
        "Median time for each token after the first, of streamed attempts with at least two.",
    ),
    quantile(
        "output_tokens_per_s",
        "Output speed",
        PerSecond,
        OutputSpeed,
        0.5,
        "Median output tokens a second once the answer began, or over the whole call where it was not streamed.",
    ),
    Metric {
        id: "apdex",
        label: "Apdex",
        help: "Satisfied attempts (at most 10 s) plus half of the tolerating ones (at most 40 s), as a share of all that were not cancelled; failures count as frustrated.",
        unit: Ratio,
        grain: Call,
        formula: Formula::Apdex {
            of: Latency,
            threshold_ms: 10_000.0,
        },
        sample: "sum(valid)",
        better: Higher,
        is_additive: false,
    },
];
