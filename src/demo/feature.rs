//! What the product does: features with the calls they make, and how large those are.

use crate::core::draw::Draw;

/// What a feature's call is billed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Tokens of a model that the product chooses.
    Text,
    /// Input tokens of an embedding.
    Embedding,
    /// Time of audio that is written down.
    Transcription,
    /// Characters that are spoken.
    Speech,
    /// Tokens of a picture.
    Picture,
}

/// A feature.
#[derive(Debug)]
pub struct Feature {
    /// Its name in events.
    pub id: &'static str,
    /// What the call is for.
    pub operation: &'static str,
    /// The product's own endpoint.
    pub endpoint: &'static str,
    /// What it is billed by.
    pub service: Service,
    /// Among a hundred queries.
    pub weight: u32,
    /// Median input tokens.
    pub input: f64,
    /// Median output tokens.
    pub output: f64,
    /// Chance that much of the input comes from the provider's cache.
    pub cached: f64,
    /// Whether answers are streamed.
    pub streams: bool,
}

/// All features.
#[rustfmt::skip]
pub static FEATURES: [Feature; 10] = [
    Feature { id: "chat", operation: "chat", endpoint: "/v1/chat", service: Service::Text, weight: 38, input: 7_400.0, output: 240.0, cached: 0.55, streams: true },
    Feature { id: "draft", operation: "chat", endpoint: "/v1/drafts", service: Service::Text, weight: 17, input: 5_200.0, output: 520.0, cached: 0.35, streams: true },
    Feature { id: "summarise", operation: "chat", endpoint: "/v1/summaries", service: Service::Text, weight: 14, input: 15_000.0, output: 230.0, cached: 0.20, streams: true },
    Feature { id: "search", operation: "chat", endpoint: "/v1/search", service: Service::Text, weight: 10, input: 10_500.0, output: 180.0, cached: 0.45, streams: true },
    Feature { id: "translate", operation: "chat", endpoint: "/v1/translations", service: Service::Text, weight: 6, input: 1_500.0, output: 760.0, cached: 0.10, streams: false },
    Feature { id: "extract", operation: "extract", endpoint: "/v1/tables", service: Service::Text, weight: 4, input: 12_500.0, output: 380.0, cached: 0.30, streams: false },
    Feature { id: "index_document", operation: "embedding", endpoint: "/v1/documents", service: Service::Embedding, weight: 5, input: 14_000.0, output: 0.0, cached: 0.0, streams: false },
    Feature { id: "transcribe", operation: "transcription", endpoint: "/v1/recordings", service: Service::Transcription, weight: 3, input: 0.0, output: 0.0, cached: 0.0, streams: false },
    Feature { id: "read_aloud", operation: "speech", endpoint: "/v1/speech", service: Service::Speech, weight: 2, input: 0.0, output: 0.0, cached: 0.0, streams: false },
    Feature { id: "illustrate", operation: "image", endpoint: "/v1/pictures", service: Service::Picture, weight: 1, input: 60.0, output: 1_056.0, cached: 0.0, streams: false },
];

/// Things people do without a model, by how often.
pub const ACTIONS: [(&str, u32); 8] = [
    ("open_template", 24),
    ("share_draft", 20),
    ("export_pdf", 18),
    ("upload_file", 16),
    ("comment", 10),
    ("version_history", 6),
    ("invite_member", 4),
    ("api_key", 2),
];

/// Parts of an account, by their size.
pub const TEAMS: [(&str, u32); 6] = [
    ("marketing", 30),
    ("product", 22),
    ("support", 18),
    ("sales", 14),
    ("research", 10),
    ("legal", 6),
];

/// What is asked, for previews.
const QUESTIONS: [(&str, [&str; 3]); 4] = [
    (
        "chat",
        [
            "What should the second paragraph say if we move the launch to March?",
            "Give me three headlines for the pricing page, plain words only.",
            "Is the tone of this letter too formal for a customer of ten years?",
        ],
    ),
    (
        "draft",
        [
            "Write a release note for the new export, 120 words, no adjectives.",
            "Draft a reply to a customer who was billed twice. Apologise once.",
            "Turn these bullet points into a page for the handbook.",
        ],
    ),
    (
        "summarise",
        [
            "Summarise the attached call in five lines, decisions first.",
            "What changed between the two versions of this contract?",
            "Give the gist of the report for somebody who has one minute.",
        ],
    ),
    (
        "search",
        [
            "Where did we promise a response time to Northwind?",
            "Which drafts mention the old price?",
            "Who wrote about onboarding in the last month?",
        ],
    ),
];

/// What is answered, for previews.
const ANSWERS: [&str; 4] = [
    "Here is a version that keeps your three points and leaves out the rest:",
    "In short: yes, with one exception that is named in the last section.",
    "I found four passages. The most recent one is from last week:",
    "Done. I changed the order, and kept every figure as it was.",
];

impl Feature {
    /// A feature, as often as its weight says.
    pub fn draw(draw: &mut Draw) -> &'static Feature {
        let choices: [(&'static Feature, u32); FEATURES.len()] =
            std::array::from_fn(|number| (&FEATURES[number], FEATURES[number].weight));
        draw.choose(&choices)
    }

    /// The beginning of a question and of its answer. Neither holds a quote or a backslash.
    pub fn preview(&self, draw: &mut Draw) -> Option<(&'static str, &'static str)> {
        let (_, questions) = QUESTIONS.iter().find(|(id, _)| *id == self.id)?;
        Some((draw.pick(questions), draw.pick(&ANSWERS)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_per_cent_and_texts_need_no_escapes() {
        assert_eq!(FEATURES.iter().map(|f| f.weight).sum::<u32>(), 100);
        let questions = QUESTIONS.iter().flat_map(|(_, texts)| texts);
        for text in questions.chain(&ANSWERS) {
            assert!(!text.contains(['"', '\\']) && text.is_ascii(), "{text}");
        }
    }
}
