//! Who is behind a user agent: a person, a crawler, an automated browser or a program.
//!
//! Knows names only. Addresses of data centres and behaviour are not looked at, and nothing is
//! dropped here: `curl` is a normal sender for a server key and a strange one for a web page,
//! so the pipeline decides with the [`AgentClass`] and the key.

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};
use regex::bytes::{RegexSet, RegexSetBuilder};

/// The kinds of sender which a user agent can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgentClass {
    /// A browser, or an app, with a person in front of it.
    Browser,
    /// A program that reads pages on its own: search, previews, monitoring, AI crawlers.
    Crawler,
    /// A browser that a program drives.
    HeadlessBrowser,
    /// A library or tool that sends requests: an SDK, a script, `curl`.
    HttpClient,
    /// Nothing that we know.
    Unknown,
}

impl AgentClass {
    /// Whether nobody sits in front of it and it visits pages all the same.
    ///
    /// HTTP clients are not bots: they are how servers send events.
    #[must_use]
    pub fn is_bot(self) -> bool {
        match self {
            AgentClass::Crawler | AgentClass::HeadlessBrowser => true,
            AgentClass::Browser | AgentClass::HttpClient | AgentClass::Unknown => false,
        }
    }
}

/// An entry of the list which a user agent matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAgent {
    /// What it is: never `Browser` or `Unknown`.
    pub class: AgentClass,
    /// Its name for people, such as `Googlebot`.
    pub name: &'static str,
}

/// The embedded list of crawlers, automated browsers and HTTP clients, ready to search.
///
/// Texts are found in one pass by an automaton; the few entries that are not plain text are
/// regular expressions. A search takes about a microsecond.
pub struct KnownAgents {
    texts: AhoCorasick,
    text_entries: Vec<TextEntry>,
    patterns: RegexSet,
    pattern_entries: Vec<KnownAgent>,
}

struct TextEntry {
    agent: KnownAgent,
    only_at_start: bool,
}

/// Why the embedded list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownAgentsError {
    /// A line does not have the four columns, or an unknown word in one.
    #[error("line {line} of the list of known agents is malformed: `{text}`")]
    Line {
        /// Counted from 1.
        line: usize,
        /// The whole line.
        text: String,
    },
    /// The texts do not fit an automaton.
    #[error("the texts of known agents cannot be searched: {0}")]
    Texts(#[from] BuildError),
    /// A regular expression of the list is not one.
    #[error("a pattern of the list of known agents is malformed: {0}")]
    Patterns(#[from] regex::Error),
}

impl KnownAgents {
    /// The list that ships with the binary.
    ///
    /// # Panics
    /// Never with the committed list: a test builds it.
    #[must_use]
    pub fn embedded() -> KnownAgents {
        KnownAgents::from_lines(include_str!("data/agents.tsv"))
            .expect("the embedded list is built by a test")
    }

    /// A list of lines with the columns class, form, name and text, separated by tabs.
    ///
    /// # Errors
    /// Names the first line or pattern that cannot be used.
    pub fn from_lines(lines: &'static str) -> Result<KnownAgents, KnownAgentsError> {
        let mut texts = Vec::new();
        let mut text_entries = Vec::new();
        let mut patterns = Vec::new();
        let mut pattern_entries = Vec::new();
        for (index, line) in lines.lines().enumerate() {
            let malformed = || KnownAgentsError::Line {
                line: index + 1,
                text: line.to_owned(),
            };
            let columns: Vec<&'static str> = line.split('\t').collect();
            let [class, form, name, text] = columns[..] else {
                return Err(malformed());
            };
            let class = match class {
                "crawler" => AgentClass::Crawler,
                "headless" => AgentClass::HeadlessBrowser,
                "client" => AgentClass::HttpClient,
                _ => return Err(malformed()),
            };
            let agent = KnownAgent { class, name };
            match form {
                "text" | "start" => {
                    texts.push(text);
                    text_entries.push(TextEntry {
                        agent,
                        only_at_start: form == "start",
                    });
                }
                "pattern" => {
                    patterns.push(text);
                    pattern_entries.push(agent);
                }
                _ => return Err(malformed()),
            }
        }
        Ok(KnownAgents {
            texts: AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(texts)?,
            text_entries,
            // User agents are ASCII in practice, and Unicode classes would cost megabytes.
            patterns: RegexSetBuilder::new(patterns).unicode(false).build()?,
            pattern_entries,
        })
    }

    /// The entry that `user_agent` matches.
    ///
    /// A crawler built on an HTTP library names both, and a crawler may drive a browser: the
    /// most telling class wins, then the entry that comes first in the text.
    #[must_use]
    pub fn find(&self, user_agent: &str) -> Option<KnownAgent> {
        let by_text = self
            .texts
            .find_overlapping_iter(user_agent)
            .filter_map(|found| {
                let entry = &self.text_entries[found.pattern().as_usize()];
                (!entry.only_at_start || found.start() == 0).then_some(entry.agent)
            });
        let by_pattern = self
            .patterns
            .matches(user_agent.as_bytes())
            .into_iter()
            .map(|index| self.pattern_entries[index]);
        by_text
            .chain(by_pattern)
            .min_by_key(|agent| rank(agent.class))
    }

    /// The name of the crawler or automated browser behind `user_agent`, if it is one.
    #[must_use]
    pub fn bot_name(&self, user_agent: &str) -> Option<&'static str> {
        self.find(user_agent)
            .filter(|agent| agent.class.is_bot())
            .map(|agent| agent.name)
    }
}

/// Lower is more telling.
fn rank(class: AgentClass) -> u8 {
    match class {
        AgentClass::Crawler => 0,
        AgentClass::HeadlessBrowser => 1,
        AgentClass::HttpClient => 2,
        AgentClass::Browser => 3,
        AgentClass::Unknown => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crawlers_and_automated_browsers_are_bots_and_http_clients_are_not() {
        let agents = KnownAgents::embedded();
        let rows = [
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                Some((AgentClass::Crawler, "Googlebot")),
            ),
            (
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
                Some((AgentClass::Crawler, "GPTBot")),
            ),
            (
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
                Some((AgentClass::Crawler, "ClaudeBot")),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
                Some((AgentClass::HeadlessBrowser, "HeadlessChrome")),
            ),
            ("curl/8.5.0", Some((AgentClass::HttpClient, "curl"))),
            (
                "python-requests/2.31.0",
                Some((AgentClass::HttpClient, "python-requests")),
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                None,
            ),
            ("", None),
        ];
        for (user_agent, expected) in rows {
            let found = agents
                .find(user_agent)
                .map(|agent| (agent.class, agent.name));
            assert_eq!(found, expected, "{user_agent}");
            let is_bot = expected.is_some_and(|(class, _)| class.is_bot());
            assert_eq!(
                agents.bot_name(user_agent).is_some(),
                is_bot,
                "{user_agent}"
            );
        }
    }

    #[test]
    fn a_crawler_on_an_http_library_is_a_crawler() {
        let agents = KnownAgents::embedded();
        let found = agents.find("python-requests/2.31.0 (compatible; AhrefsBot/7.0)");
        assert_eq!(
            found,
            Some(KnownAgent {
                class: AgentClass::Crawler,
                name: "AhrefsBot"
            })
        );
    }

    #[test]
    fn an_entry_for_the_start_does_not_match_in_the_middle() {
        let agents = KnownAgents::embedded();
        assert_eq!(agents.find("my-tool (like curl)"), None);
    }

    #[test]
    fn a_malformed_line_is_named_with_its_number() {
        let error = KnownAgents::from_lines("crawler\ttext\tGood\tGood\nghost\ttext\tBad\tBad")
            .err()
            .expect("the second line has an unknown class");
        assert_eq!(
            error.to_string(),
            "line 2 of the list of known agents is malformed: `ghost\ttext\tBad\tBad`"
        );
    }
}
