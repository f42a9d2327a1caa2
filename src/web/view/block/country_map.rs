//! The world with countries in steps of one colour. The list beside it says the numbers.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::render::unit::Unit;

/// Steps of colour, `q2` to `q8` in the style sheet.
const STEPS: usize = 7;

/// Countries that the map has a shape for. Small ones are in the list only.
const SHAPES: &str = "AE AF AL AM AO AR AT AU AZ BA BD BE BF BG BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN \
    CO CR CU CY CZ DE DJ DK DO DZ EC EE EG EH ER ES ET FI FJ FK FR GA GB GE GH GL GM GN GQ GR GT GW GY HN HR HT HU ID \
    IE IL IN IQ IR IS IT JM JO JP KE KG KH KP KR KW KZ LA LB LK LR LS LT LU LV LY MA MD ME MG MK ML MM MN MR MW MX MY \
    MZ NA NC NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PR PS PT PY QA RO RS RU RW SA SB SD SE SI SK SL SN SO SR SS SV \
    SY SZ TD TF TG TH TJ TL TM TN TR TT TW TZ UA UG US UY UZ VE VN VU XK YE ZA ZM ZW";

/// A country's value.
#[derive(Clone, Debug)]
pub struct CountryValue {
    /// Two letters of ISO 3166-1, as events carry them.
    pub code: String,
    /// Its name.
    pub label: String,
    /// Its value; never negative.
    pub value: f64,
    /// The page with it as a filter. The list beside the map has the same link, which the keyboard reaches.
    pub href: Option<String>,
}

#[derive(Clone, Debug)]
struct Shape {
    code: String,
    class: String,
    tip: String,
    href: Option<String>,
}

/// The map. Place it with `{{ map }}`, beside a bar list of the same countries.
#[derive(Clone, Debug, Template)]
#[template(path = "block/country_map.html")]
pub struct CountryMap {
    sprite: String,
    summary: String,
    shapes: Vec<Shape>,
}

impl HtmlSafe for CountryMap {}

impl CountryMap {
    /// `sprite` is the address of the shapes, from `Frame::world`. `counted` is what is counted: "Users". `summary`
    /// says in one sentence what the map shows.
    pub fn new(
        sprite: impl Into<String>,
        summary: impl Into<String>,
        counted: &str,
        unit: &Unit,
        values: &[CountryValue],
    ) -> Self {
        let most = values
            .iter()
            .fold(0.0_f64, |most, country| most.max(country.value));
        let shapes = values
            .iter()
            .filter(|country| country.value > 0.0 && has_shape(&country.code))
            .map(|country| Shape {
                code: country.code.clone(),
                class: format!("q{}", step(country.value, most)),
                tip: [
                    country.label.clone(),
                    counted.to_owned(),
                    unit.full(country.value),
                ]
                .join("\n"),
                href: country.href.clone(),
            })
            .collect();
        Self {
            sprite: sprite.into(),
            summary: summary.into(),
            shapes,
        }
    }
}

fn has_shape(code: &str) -> bool {
    SHAPES.split_whitespace().any(|shape| shape == code)
}

/// By the root of the share, since a few countries hold most people and the others would all look alike.
fn step(value: f64, most: f64) -> usize {
    let place = (value / most).sqrt() * STEPS as f64;
    // A float between 0 and 7, so the conversion keeps it.
    (place.ceil() as usize).clamp(1, STEPS) + 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{SHAPES, step};
    use crate::web::view::assets::Assets;

    #[test]
    fn the_list_of_shapes_is_what_the_built_map_holds() {
        let manifest = include_str!("../../../../static/dist/manifest.json");
        let assets = Assets::from_manifest(manifest).expect("the committed manifest is complete");
        let map = std::fs::read_to_string(
            std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("static/dist")
                .join(assets.world),
        )
        .expect("the map is built");

        let drawn: BTreeSet<&str> = map
            .split("<path id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|id| id.len() == 2)
            .collect();

        assert_eq!(drawn, SHAPES.split_whitespace().collect());
    }

    #[test]
    fn a_country_with_a_hundredth_of_the_most_can_still_be_told_from_none() {
        assert_eq!(step(100.0, 100.0), 8);
        assert_eq!(step(1.0, 100.0), 2);
        // The root of a quarter is a half: 3.5 of 7 steps, upwards.
        assert_eq!(step(25.0, 100.0), 5);
    }
}
