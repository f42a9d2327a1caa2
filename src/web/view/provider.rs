//! Providers' colours on a page. A colour belongs to one provider for ever.

pub use crate::render::colour::provider_class as colour_class;

/// The class of providers without a colour of their own.
pub const OTHER_CLASS: &str = "p-other";

/// Greys that tell providers without a colour of their own apart on one chart.
pub const GREY_CLASSES: [&str; 2] = ["p-grey1", "p-grey2"];

/// A provider or model with its coloured dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderMark {
    /// The colour's class, from [`colour_class`].
    pub class: &'static str,
    /// The provider's or model's name.
    pub label: String,
}

impl ProviderMark {
    /// The mark of a provider under the name to be shown.
    pub fn new(provider: &str, label: impl Into<String>) -> Self {
        Self {
            class: colour_class(provider),
            label: label.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::colour_class;

    #[test]
    fn a_provider_keeps_its_colour_however_it_is_written_and_others_are_grey() {
        for (provider, class) in [
            ("OpenAI", "p-openai"),
            ("openai", "p-openai"),
            ("anthropic", "p-anthropic"),
            ("self-hosted", "p-selfhosted"),
            ("self_hosted", "p-selfhosted"),
            ("local", "p-selfhosted"),
            ("xAI", "p-xai"),
            ("cohere", "p-other"),
            ("", "p-other"),
            ("\"><script>", "p-other"),
        ] {
            assert_eq!(colour_class(provider), class, "{provider}");
        }
    }
}
