//! Browser, operating system and device from a user agent.
//!
//! A small reader of our own rather than `ua-parser` with the uap-core rules: compiling those
//! takes 0.3 s at start and 26 MB, 66 MB under varied traffic, and they name device models but
//! not device kinds. The tables here cover the families that make up real traffic. Freshness
//! is not an issue, because versions are read and not listed.
//!
//! Browsers hide what people could be told apart by: Windows 11 says 10, each Mac says 10.15,
//! an iPad may say Macintosh, and Brave says Chrome. What is not said is not guessed.

mod browser;
mod device;
mod system;

use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::ingest::enrich::bot::{AgentClass, KnownAgents};

/// Bytes of a user agent that are read. Real ones are below 400; the rest is cut off.
pub const USER_AGENT_BYTES_MAX: usize = 512;

/// User agents that are remembered. At about 0.5 KiB each this is at most 2 MiB.
pub const AGENTS_CACHED_MAX: usize = 4096;

/// What a user agent says about its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The browser, app, library or crawler, such as `Chrome` or `python-requests`.
    pub browser: Option<String>,
    /// Its version as major, or as major and minor where the minor is not 0: `126`, `17.5`.
    pub browser_version: Option<String>,
    /// The operating system, such as `iOS`.
    pub os: Option<String>,
    /// Its version in the same form; of Windows the name people know: `10`, `8.1`, `XP`.
    pub os_version: Option<String>,
    /// The kind of device.
    pub device: Device,
    /// What kind of sender it is.
    pub class: AgentClass,
}

impl Agent {
    /// Whether it is a crawler or an automated browser.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.class.is_bot()
    }
}

/// The kinds of device, by how they are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Device {
    /// A computer with a keyboard.
    Desktop,
    /// A telephone.
    Mobile,
    /// A tablet or reader.
    Tablet,
    /// A television or a box beside one.
    Tv,
    /// A watch or a headset.
    Wearable,
    /// A game console.
    Console,
    /// A program on a server or in a script.
    Server,
    /// Not known.
    Other,
}

impl Device {
    /// The word that is stored, such as `mobile`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Device::Desktop => "desktop",
            Device::Mobile => "mobile",
            Device::Tablet => "tablet",
            Device::Tv => "tv",
            Device::Wearable => "wearable",
            Device::Console => "console",
            Device::Server => "server",
            Device::Other => "other",
        }
    }
}

/// Reads user agents and remembers the last few thousand. Shared between threads.
pub struct AgentReader {
    known_agents: KnownAgents,
    cache: Cache<Box<str>, Arc<Agent>>,
}

impl AgentReader {
    /// A reader with the embedded list of known agents.
    #[must_use]
    pub fn new() -> AgentReader {
        AgentReader {
            known_agents: KnownAgents::embedded(),
            cache: Cache::new(AGENTS_CACHED_MAX),
        }
    }

    /// What `user_agent` says. Any text is accepted; what is not recognised is `None`.
    #[must_use]
    pub fn read(&self, user_agent: &str) -> Arc<Agent> {
        let user_agent = capped(user_agent.trim());
        if let Some(agent) = self.cache.get(user_agent) {
            return agent;
        }
        let agent = Arc::new(self.read_anew(user_agent));
        self.cache.insert(user_agent.into(), Arc::clone(&agent));
        agent
    }

    /// User agents remembered now.
    #[must_use]
    pub fn cached(&self) -> usize {
        self.cache.len()
    }

    fn read_anew(&self, user_agent: &str) -> Agent {
        let known = self.known_agents.find(user_agent);
        if let Some(bot) = known.filter(|known| known.class.is_bot()) {
            // A crawler's browser and system are a costume, and would be counted as real.
            return Agent {
                browser: Some(bot.name.to_owned()),
                browser_version: None,
                os: None,
                os_version: None,
                device: Device::Other,
                class: bot.class,
            };
        }
        let system = system::read(user_agent);
        let is_client = known.is_some() || browser::is_http_client(user_agent);
        let browser = if is_client {
            browser::product(user_agent)
        } else {
            browser::read(user_agent)
        };
        let device = device::read(user_agent);
        let class = if is_client {
            AgentClass::HttpClient
        } else if browser.is_some() && (system.is_some() || device != Device::Other) {
            AgentClass::Browser
        } else {
            AgentClass::Unknown
        };
        let device = match class {
            AgentClass::HttpClient => device::of_http_client(user_agent, device),
            AgentClass::Browser
            | AgentClass::Crawler
            | AgentClass::HeadlessBrowser
            | AgentClass::Unknown => device,
        };
        let (browser, browser_version) =
            browser.map_or((None, None), |(name, version)| (Some(name), version));
        let (os, os_version) = system.map_or((None, None), |(name, version)| (Some(name), version));
        Agent {
            browser,
            browser_version,
            os: os.map(str::to_owned),
            os_version,
            device,
            class,
        }
    }
}

impl Default for AgentReader {
    fn default() -> AgentReader {
        AgentReader::new()
    }
}

/// At most [`USER_AGENT_BYTES_MAX`] bytes of `text`, cut between characters.
fn capped(text: &str) -> &str {
    &text[..text.floor_char_boundary(USER_AGENT_BYTES_MAX)]
}

/// The text behind the first `token`.
fn after<'a>(text: &'a str, token: &str) -> Option<&'a str> {
    text.split_once(token).map(|(_, rest)| rest)
}

/// Whether `text` contains one of `tokens`.
fn contains_any(text: &str, tokens: &[&str]) -> bool {
    tokens.iter().any(|token| text.contains(token))
}

/// The version at the start of `text`: major, and minor unless it is 0.
///
/// The parts may be separated by a full stop or, as Apple does, by an underscore. More than
/// five digits in a part are no version but a build number or an attempt to fill a table.
fn version(text: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let major = &text[..digits(text)];
    if major.is_empty() || major.len() > 5 {
        return None;
    }
    let minor = text[major.len()..]
        .strip_prefix(['.', '_'])
        .map_or("", |rest| &rest[..digits(rest)]);
    if minor.is_empty() || minor.len() > 5 || minor.bytes().all(|byte| byte == b'0') {
        return Some(major.to_owned());
    }
    Some(format!("{major}.{minor}"))
}

#[cfg(test)]
mod tests;
