//! Colours by meaning. A colour is a class of the style sheet, which knows its light and dark form.
//!
//! Colour means provider, state or selection, nothing else: what is none of these gets a step of the accent's
//! ladder ([`Colour::step`]).

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// Models of one provider that can be told apart by lightness; further ones share the last.
const SHADES: usize = 3;
/// Steps of the ladder for series that are neither provider nor state.
const STEPS: usize = 6;

/// The style-sheet class of a provider's colour; a provider without one of its own is grey.
///
/// The argument is the provider's id as events carry it; case, dashes and underscores do not matter.
/// The live script follows the same rule (`static/src/js/feed.js`).
pub fn provider_class(provider: &str) -> &'static str {
    let letters: String = provider
        .chars()
        .filter(|letter| !"-_".contains(*letter))
        .collect();
    match letters.to_ascii_lowercase().as_str() {
        "openai" => "p-openai",
        "anthropic" => "p-anthropic",
        "google" => "p-google",
        "mistral" => "p-mistral",
        "selfhosted" | "local" | "ollama" => "p-selfhosted",
        "xai" => "p-xai",
        "deepseek" => "p-deepseek",
        _ => "p-other",
    }
}

/// The colour of a series, a slice or a bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Colour(Cow<'static, str>);

impl Colour {
    /// The one series of a chart, or what is selected.
    pub const ACCENT: Colour = Colour(Cow::Borrowed("c-accent"));
    /// What went well.
    pub const GOOD: Colour = Colour(Cow::Borrowed("c-good"));
    /// What failed.
    pub const BAD: Colour = Colour(Cow::Borrowed("c-bad"));
    /// What needs a look.
    pub const WARN: Colour = Colour(Cow::Borrowed("c-warn"));
    /// The rest: "Other", those who left.
    pub const QUIET: Colour = Colour(Cow::Borrowed("c-quiet"));

    /// A provider's own colour, by its id as events carry it.
    pub fn provider(provider: &str) -> Self {
        Self(Cow::Borrowed(provider_class(provider)))
    }

    /// The colour of a provider's model: the provider's, lighter or darker with `place` among its models, from 0.
    pub fn model(provider: &str, place: usize) -> Self {
        match place.min(SHADES) {
            0 => Self::provider(provider),
            shade => Self(Cow::Owned(format!(
                "{} shade-{shade}",
                provider_class(provider)
            ))),
        }
    }

    /// One of the steps for series that are neither provider nor state: plans, features, countries. From 0; the
    /// seventh and later ones are grey, like "Other".
    pub fn step(place: usize) -> Self {
        if place < STEPS {
            Self(Cow::Owned(format!("k{place}")))
        } else {
            Self::QUIET
        }
    }

    /// The class, for a template: `<i class="dot {{ colour }}"></i>`.
    pub fn class(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn models_of_one_provider_share_its_colour_and_differ_by_lightness() {
        let classes: Vec<String> = (0..5)
            .map(|place| Colour::model("OpenAI", place).to_string())
            .collect();

        assert_eq!(
            classes,
            [
                "p-openai",
                "p-openai shade-1",
                "p-openai shade-2",
                "p-openai shade-3",
                "p-openai shade-3"
            ]
        );
    }

    #[test]
    fn the_seventh_series_without_a_colour_of_its_own_is_grey() {
        assert_eq!(Colour::step(5).class(), "k5");
        assert_eq!(Colour::step(6), Colour::QUIET);
    }
}
