//! The providers of models: one table of ids, labels and the names that clients use.
//!
//! Everything that names a provider goes through here, so that `OpenAI`, `openai.chat` and
//! `azure.ai.openai` become one id each in every page. Holds no prices.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::pricing::pattern::Pattern;

/// A company or service that answers model calls.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name in data and addresses.
    pub id: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// Other names, in lower case, with `-` for every space, dot and underscore.
    aliases: &'static [&'static str],
}

const fn provider(
    id: &'static str,
    label: &'static str,
    aliases: &'static [&'static str],
) -> Provider {
    Provider { id, label, aliases }
}

/// Every provider known by name.
#[rustfmt::skip]
pub const PROVIDERS: &[Provider] = &[
    provider("openai", "OpenAI", &["open-ai", "chatopenai", "openai-chat-completions", "text-completion-openai"]),
    provider("anthropic", "Anthropic", &["claude", "chatanthropic", "anthropic-ai"]),
    provider("google", "Google", &[
        "gemini", "google-ai", "google-genai", "google-generative-ai", "google-generativeai", "googleai", "google-gemini",
        "google-ai-studio", "google-vertex", "google-vertexai", "google-vertex-ai", "vertex", "vertexai", "vertex-ai",
        "gcp", "gcp-gemini", "gcp-gen-ai", "gcp-vertex-ai", "google-cloud", "palm", "vertex-ai-beta",
    ]),
    provider("xai", "xAI", &["x-ai", "grok", "xai-grok"]),
    provider("deepseek", "DeepSeek", &["deep-seek", "deepseek-ai"]),
    provider("mistral", "Mistral", &["mistralai", "mistral-ai", "codestral"]),
    provider("meta", "Meta", &["meta-llama", "meta-ai", "llama", "llama-api", "facebook"]),
    provider("cohere", "Cohere", &["cohere-ai", "cohere-chat"]),
    provider("aws", "Amazon Bedrock", &[
        "amazon", "amazon-bedrock", "aws-bedrock", "bedrock", "bedrock-converse", "bedrock-runtime", "amazon-nova",
        "sagemaker", "aws-sagemaker", "aws-polly", "aws-transcribe",
    ]),
    provider("azure", "Microsoft Azure", &[
        "azure-openai", "azureopenai", "azure-ai", "azure-ai-openai", "azure-ai-inference", "az-ai-openai",
        "az-ai-inference", "azure-ai-foundry", "azure-text", "microsoft", "microsoft-azure",
    ]),
    provider("groq", "Groq", &["groqcloud"]),
    provider("together", "Together AI", &["together-ai", "togetherai", "together-computer"]),
    provider("fireworks", "Fireworks AI", &["fireworks-ai", "fireworksai"]),
    provider("cerebras", "Cerebras", &[]),
    provider("perplexity", "Perplexity", &["perplexity-ai", "pplx"]),
    provider("moonshotai", "Moonshot AI", &["moonshot", "moonshot-ai", "kimi"]),
    provider("voyageai", "Voyage AI", &["voyage", "voyage-ai"]),
    provider("elevenlabs", "ElevenLabs", &["eleven-labs", "11labs"]),
    provider("openrouter", "OpenRouter", &["open-router"]),
    provider("huggingface", "Hugging Face", &["hugging-face", "hf"]),
    provider("alibaba", "Alibaba Cloud", &["qwen", "dashscope", "alibaba-cloud", "aliyun"]),
    provider("zhipuai", "Zhipu AI", &["zhipu", "zai", "z-ai", "glm"]),
    provider("minimax", "MiniMax", &[]),
    provider("ai21", "AI21 Labs", &["ai21labs", "ai21-labs"]),
    provider("nvidia", "NVIDIA", &["nvidia-nim", "nim"]),
    provider("ibm", "IBM watsonx", &["watsonx", "ibm-watsonx", "ibm-watsonx-ai", "watsonx-ai"]),
    provider("deepinfra", "DeepInfra", &["deep-infra"]),
    provider("replicate", "Replicate", &[]),
    provider("cloudflare", "Cloudflare", &["workers-ai", "cloudflare-workers-ai"]),
    provider("databricks", "Databricks", &[]),
    provider("sambanova", "SambaNova", &[]),
    provider("stability", "Stability AI", &["stability-ai", "stabilityai"]),
    provider("deepgram", "Deepgram", &[]),
    provider("assemblyai", "AssemblyAI", &["assembly-ai"]),
    provider("ollama", "Ollama", &["ollama-chat"]),
    provider("local", "Local", &["self-hosted", "selfhosted", "vllm", "hosted-vllm", "lm-studio", "lmstudio", "llama-cpp", "llamacpp", "localai", "llamafile"]),
];

/// Names that say how a call went out and not who answered it; the model then tells.
const GATEWAYS: &[&str] = &[
    "litellm",
    "litellm-proxy",
    "vercel",
    "gateway",
    "portkey",
    "helicone",
    "langchain",
    "unknown",
    "none",
    "-other",
];

/// What clients append to a provider for the kind of call.
const SUFFIXES: &[&str] = &[
    "-chat",
    "-responses",
    "-messages",
    "-completion",
    "-completions",
    "-embedding",
    "-embeddings",
    "-transcription",
    "-speech",
    "-image",
];

/// Models whose name alone tells who answers, the first match counts.
///
/// Open models are not here: many sell them, and many run them at home.
const MODELS: &[(&str, &str)] = &[
    ("*anthropic.claude*", "aws"),
    ("*amazon.*", "aws"),
    ("arn:aws:bedrock*", "aws"),
    ("accounts/fireworks/*", "fireworks"),
    ("*claude*", "anthropic"),
    ("*gemini*", "google"),
    ("gpt-oss*", ""),
    ("gpt-*", "openai"),
    ("chatgpt-*", "openai"),
    ("ft:*", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("o1-*", "openai"),
    ("o3-*", "openai"),
    ("o4-*", "openai"),
    ("text-embedding-3-*", "openai"),
    ("text-embedding-ada-*", "openai"),
    ("whisper-1", "openai"),
    ("tts-1*", "openai"),
    ("codex-*", "openai"),
    ("*grok*", "xai"),
    ("deepseek*", "deepseek"),
    ("mistral*", "mistral"),
    ("ministral*", "mistral"),
    ("magistral*", "mistral"),
    ("codestral*", "mistral"),
    ("devstral*", "mistral"),
    ("pixtral*", "mistral"),
    ("voxtral*", "mistral"),
    ("open-mistral*", "mistral"),
    ("open-mixtral*", "mistral"),
    ("command-*", "cohere"),
    ("embed-v4*", "cohere"),
    ("rerank-*", "cohere"),
    ("muse-*", "meta"),
    ("sonar*", "perplexity"),
    ("kimi*", "moonshotai"),
    ("moonshot*", "moonshotai"),
    ("voyage-*", "voyageai"),
    ("eleven_*", "elevenlabs"),
];

static BY_NAME: LazyLock<HashMap<&str, &Provider>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for provider in PROVIDERS {
        names.insert(provider.id, provider);
        for alias in provider.aliases {
            names.insert(*alias, provider);
        }
    }
    names
});

static BY_MODEL: LazyLock<Vec<(Pattern, Option<&Provider>)>> = LazyLock::new(|| {
    let row = |(pattern, id): &(&str, &str)| (Pattern::new(pattern), find(id));
    MODELS.iter().map(row).collect()
});

/// The provider that clients call `name`, in whatever spelling, or none if it is unknown.
pub fn find(name: &str) -> Option<&'static Provider> {
    if let Some(provider) = BY_NAME.get(name) {
        return Some(provider);
    }
    let name = cleaned(name);
    let short = SUFFIXES
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(&name);
    let provider = BY_NAME.get(name.as_str()).or_else(|| BY_NAME.get(short));
    provider.copied()
}

/// The id to store for `name`: that of a known provider, else the name in lower case.
pub fn id(name: &str) -> Cow<'static, str> {
    match find(name) {
        Some(provider) => Cow::Borrowed(provider.id),
        None => Cow::Owned(name.trim().to_lowercase()),
    }
}

/// The name for people of the provider with `id`, which is the id itself if it is unknown.
pub fn label(id: &str) -> &str {
    find(id).map_or(id, |provider| provider.label)
}

/// Whether `name` says nothing about who answered: empty, or the name of a gateway.
pub fn is_silent(name: &str) -> bool {
    let name = cleaned(name);
    name.is_empty() || GATEWAYS.contains(&name.as_str())
}

/// The provider of a call that reported `model` and, if anything, `name`.
///
/// A name that is given and unknown stays unknown: a model of the same name may run at home.
pub fn of_call(name: Option<&str>, model: &str) -> Option<Cow<'static, str>> {
    match name {
        Some(name) if !is_silent(name) => Some(id(name)),
        Some(_) | None => infer(model).map(|provider| Cow::Borrowed(provider.id)),
    }
}

/// The provider that `model` tells by itself: `openai/gpt-4o`, `claude-sonnet-4-5`.
///
/// None for open models, and for names with a tag like `deepseek-r1:8b`, which run at home.
pub fn infer(model: &str) -> Option<&'static Provider> {
    let model = model.trim().to_lowercase();
    if let Some((vendor, rest)) = model.split_once('/') {
        if is_silent(vendor) {
            return infer(rest);
        }
        if let Some(provider) = find(vendor) {
            return Some(provider);
        }
    }
    let (_, provider) = BY_MODEL
        .iter()
        .find(|(pattern, _)| pattern.matches(&model))?;
    let may_have_colon = |provider: &Provider| provider.id == "aws" || model.starts_with("ft:");
    provider.filter(|provider| !model.contains(':') || may_have_colon(provider))
}

fn cleaned(name: &str) -> String {
    let same = |c: char| if matches!(c, ' ' | '.' | '_') { '-' } else { c };
    name.trim().to_lowercase().chars().map(same).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_provider_is_found_in_every_spelling_that_clients_use() {
        for (name, id) in [
            ("openai", "openai"),
            ("OpenAI", "openai"),
            ("openai.responses", "openai"),
            ("azure", "azure"),
            ("azure_openai", "azure"),
            ("az.ai.openai", "azure"),
            ("Azure OpenAI", "azure"),
            ("azure-openai.chat", "azure"),
            ("vertex_ai", "google"),
            ("gcp.gemini", "google"),
            ("google.vertex.chat", "google"),
            ("gemini", "google"),
            ("aws_bedrock", "aws"),
            ("aws.bedrock", "aws"),
            ("amazon", "aws"),
            ("xai", "xai"),
            ("x-ai", "xai"),
            ("x_ai", "xai"),
            ("deepseek", "deepseek"),
            ("mistral_ai", "mistral"),
            ("meta", "meta"),
            ("cohere", "cohere"),
            (" Together AI ", "together"),
        ] {
            assert_eq!(find(name).map(|provider| provider.id), Some(id), "{name}");
        }
    }

    #[test]
    fn an_unknown_provider_keeps_its_name_in_lower_case() {
        assert_eq!(find("Acme"), None);
        assert_eq!(id(" Acme "), "acme");
        assert_eq!(label("acme"), "acme");
        assert_eq!(label(&id("X_AI")), "xAI");
    }

    #[test]
    fn the_provider_is_inferred_from_the_model_when_absent() {
        for (model, expected) in [
            ("gpt-4o-2024-08-06", Some("openai")),
            ("o3-mini", Some("openai")),
            ("ft:gpt-4o-mini:acme::abc", Some("openai")),
            ("Claude-Sonnet-4-5", Some("anthropic")),
            ("us.anthropic.claude-sonnet-4-v1:0", Some("aws")),
            ("models/gemini-2.5-pro", Some("google")),
            ("anthropic/claude-3-5-sonnet", Some("anthropic")),
            ("litellm/gpt-4o", Some("openai")),
            ("groq/llama-3.3-70b-versatile", Some("groq")),
            ("grok-4", Some("xai")),
            ("deepseek-chat", Some("deepseek")),
            ("deepseek-r1:8b", None),
            ("mistral:latest", None),
            ("gpt-oss-20b", None),
            ("llama-3.3-70b", None),
            ("ollama/llama3", Some("ollama")),
            ("", None),
        ] {
            let provider = of_call(None, model);
            assert_eq!(provider.as_deref(), expected, "{model}");
        }
    }

    #[test]
    fn a_gateway_is_not_a_provider_and_an_unknown_name_is_not_overruled() {
        assert_eq!(
            of_call(Some("LiteLLM"), "gpt-4o").as_deref(),
            Some("openai")
        );
        assert_eq!(of_call(Some(" "), "gpt-4o").as_deref(), Some("openai"));
        assert_eq!(of_call(Some("Acme"), "gpt-4o").as_deref(), Some("acme"));
    }

    #[test]
    fn every_name_of_the_table_is_clean_and_belongs_to_one_provider() {
        let mut names = BTreeSet::new();
        for provider in PROVIDERS {
            for name in provider.aliases.iter().chain([&provider.id]) {
                assert_eq!(cleaned(name), *name);
                assert!(names.insert(*name), "{name} stands there twice");
            }
        }
        for (model, id) in MODELS {
            assert_eq!(find(id).is_none(), id.is_empty(), "{model} names {id}");
        }
    }
}
