//! How often each size of a measurement occurs.

use crate::core::sketch;
use crate::query::answer::Distribution;
use crate::query::ask::Place;
use crate::query::ask::asker::Asker;
use crate::query::plan::Level;
use crate::query::question::Question;
use crate::query::session::Session;
use crate::store::engine::EngineError;

/// How often each size of the first metric's measurement occurs, in bars of equal ratio.
///
/// # Errors
/// If the engine fails or is interrupted.
pub fn distribution(
    session: &Session,
    question: &Question,
) -> Result<Option<Distribution>, EngineError> {
    let Some(metric) = question.metrics.first().copied() else {
        return Ok(None);
    };
    let Some(of) = metric.measurement() else {
        return Ok(None);
    };
    let asker = Asker::new(session, question);
    let plan = asker.plan(&question.period, &[Level::Total], None);
    let sketch = asker
        .sketches(&plan, of)?
        .remove(&Place::default())
        .unwrap_or_default();
    let mut bins: Vec<(f64, f64, u64)> = Vec::new();
    for (bucket, count) in sketch.buckets() {
        let (low, high) = bin(sketch::value(bucket));
        match bins.last_mut() {
            Some(last) if last.0 == low => last.2 += count,
            _ => bins.push((low, high, count)),
        }
    }
    Ok(Some(Distribution {
        metric,
        period: question.period.clone(),
        bins: without_gaps(bins),
        count: sketch.len(),
        quantiles: [0.5, 0.9, 0.95, 0.99]
            .map(|share| (share, sketch.quantile(share)))
            .to_vec(),
        commit: session.commit,
    }))
}

/// Bars in a distribution for each doubling.
const BINS_PER_DOUBLING: f64 = 4.0;

/// The bar in which a value lies: from its lower to its upper bound.
fn bin(value: f64) -> (f64, f64) {
    if value <= 0.0 {
        return (0.0, 0.0);
    }
    let number = (value.log2() * BINS_PER_DOUBLING).floor();
    let bound = |number: f64| (number / BINS_PER_DOUBLING).exp2();
    (bound(number), bound(number + 1.0))
}

/// A bar without values is a bar of no height, or the picture would lie.
fn without_gaps(bins: Vec<(f64, f64, u64)>) -> Vec<(f64, f64, u64)> {
    let mut whole: Vec<(f64, f64, u64)> = Vec::with_capacity(bins.len());
    for next in bins {
        while let Some((_, high, _)) = whole
            .last()
            .copied()
            .filter(|last| last.1 > 0.0 && last.1 < next.0 * 0.999)
        {
            whole.push((high, high * (1.0 / BINS_PER_DOUBLING).exp2(), 0));
        }
        whole.push(next);
    }
    whole
}
