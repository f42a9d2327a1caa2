//! Countries as a map.

use crate::query::answer::Answer;
use crate::web::pages::report::draw::Easel;
use crate::web::pages::report::wording::unit_of;
use crate::web::view::block::country_map::{CountryMap, CountryValue};
use crate::web::view::report::Content;

impl Easel<'_> {
    /// The first metric by country; darker where there is more.
    pub fn countries(&self, answer: &Answer) -> Content {
        let (metric, by) = (answer.metrics[0], self.section.by[0]);
        let unit = unit_of(metric, self.currency);
        let values: Vec<CountryValue> = answer
            .rows
            .iter()
            .filter_map(|row| {
                Some(CountryValue {
                    code: row.keys.first().cloned().flatten()?,
                    label: self.name(by, row),
                    value: row.figures[0].value.as_f64()?,
                    href: Some(self.filtered(by, row)),
                })
            })
            .collect();
        let leading: Vec<String> = values
            .iter()
            .take(3)
            .map(|country| format!("{} {}", country.label, unit.short(country.value)))
            .collect();
        let summary = format!("{} by country: {}.", metric.label, leading.join(", "));
        Content::Map(Box::new(CountryMap::new(
            self.sprite.clone(),
            summary,
            metric.label,
            &unit,
            &values,
        )))
    }
}
