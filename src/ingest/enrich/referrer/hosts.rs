//! Hosts that are known to be search engines, social networks, mail or AI assistants.

/// What a known host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// A search engine.
    Search,
    /// A social network, forum or messenger.
    Social,
    /// A mail program on the web or on a telephone.
    Email,
    /// An assistant that answers with links.
    AiAssistant,
}

/// Hosts, with all hosts below them. The longest match wins, so `gemini.google.com` is an
/// assistant although `google.com` is a search engine.
const HOSTS: &[(&str, HostKind)] = &[
    ("chatgpt.com", HostKind::AiAssistant),
    ("chat.openai.com", HostKind::AiAssistant),
    ("com.openai.chatgpt", HostKind::AiAssistant),
    ("claude.ai", HostKind::AiAssistant),
    ("perplexity.ai", HostKind::AiAssistant),
    ("ai.perplexity.app.android", HostKind::AiAssistant),
    ("gemini.google.com", HostKind::AiAssistant),
    ("bard.google.com", HostKind::AiAssistant),
    ("notebooklm.google.com", HostKind::AiAssistant),
    ("copilot.microsoft.com", HostKind::AiAssistant),
    ("copilot.cloud.microsoft", HostKind::AiAssistant),
    ("m365.cloud.microsoft", HostKind::AiAssistant),
    ("edgeservices.bing.com", HostKind::AiAssistant),
    ("grok.com", HostKind::AiAssistant),
    ("x.ai", HostKind::AiAssistant),
    ("meta.ai", HostKind::AiAssistant),
    ("chat.mistral.ai", HostKind::AiAssistant),
    ("chat.deepseek.com", HostKind::AiAssistant),
    ("chat.qwen.ai", HostKind::AiAssistant),
    ("kimi.com", HostKind::AiAssistant),
    ("poe.com", HostKind::AiAssistant),
    ("you.com", HostKind::AiAssistant),
    ("phind.com", HostKind::AiAssistant),
    ("duck.ai", HostKind::AiAssistant),
    ("mail.google.com", HostKind::Email),
    ("com.google.android.gm", HostKind::Email),
    ("outlook.live.com", HostKind::Email),
    ("outlook.office.com", HostKind::Email),
    ("outlook.office365.com", HostKind::Email),
    ("com.microsoft.office.outlook", HostKind::Email),
    ("mail.yahoo.com", HostKind::Email),
    ("mail.proton.me", HostKind::Email),
    ("mail.yandex.ru", HostKind::Email),
    ("e.mail.ru", HostKind::Email),
    ("mail.qq.com", HostKind::Email),
    ("mail.163.com", HostKind::Email),
    ("app.fastmail.com", HostKind::Email),
    ("navigator-bs.gmx.net", HostKind::Email),
    ("deref-gmx.net", HostKind::Email),
    ("deref-web.de", HostKind::Email),
    ("com.google.android.googlequicksearchbox", HostKind::Search),
    ("search.yahoo.co.jp", HostKind::Search),
    ("bing.com", HostKind::Search),
    ("duckduckgo.com", HostKind::Search),
    ("search.yahoo.com", HostKind::Search),
    ("ecosia.org", HostKind::Search),
    ("qwant.com", HostKind::Search),
    ("startpage.com", HostKind::Search),
    ("search.brave.com", HostKind::Search),
    ("kagi.com", HostKind::Search),
    ("mojeek.com", HostKind::Search),
    ("swisscows.com", HostKind::Search),
    ("baidu.com", HostKind::Search),
    ("sogou.com", HostKind::Search),
    ("so.com", HostKind::Search),
    ("search.naver.com", HostKind::Search),
    ("search.daum.net", HostKind::Search),
    ("seznam.cz", HostKind::Search),
    ("coccoc.com", HostKind::Search),
    ("ya.ru", HostKind::Search),
    ("search.aol.com", HostKind::Search),
    ("ask.com", HostKind::Search),
    ("presearch.com", HostKind::Search),
    ("facebook.com", HostKind::Social),
    ("fb.me", HostKind::Social),
    ("com.facebook.katana", HostKind::Social),
    ("messenger.com", HostKind::Social),
    ("instagram.com", HostKind::Social),
    ("com.instagram.android", HostKind::Social),
    ("threads.net", HostKind::Social),
    ("threads.com", HostKind::Social),
    ("twitter.com", HostKind::Social),
    ("x.com", HostKind::Social),
    ("t.co", HostKind::Social),
    ("com.twitter.android", HostKind::Social),
    ("linkedin.com", HostKind::Social),
    ("lnkd.in", HostKind::Social),
    ("com.linkedin.android", HostKind::Social),
    ("reddit.com", HostKind::Social),
    ("com.reddit.frontpage", HostKind::Social),
    ("youtube.com", HostKind::Social),
    ("youtu.be", HostKind::Social),
    ("tiktok.com", HostKind::Social),
    ("pinterest.com", HostKind::Social),
    ("pin.it", HostKind::Social),
    ("snapchat.com", HostKind::Social),
    ("tumblr.com", HostKind::Social),
    ("medium.com", HostKind::Social),
    ("quora.com", HostKind::Social),
    ("news.ycombinator.com", HostKind::Social),
    ("lobste.rs", HostKind::Social),
    ("bsky.app", HostKind::Social),
    ("go.bsky.app", HostKind::Social),
    ("mastodon.social", HostKind::Social),
    ("org.joinmastodon.android", HostKind::Social),
    ("discord.com", HostKind::Social),
    ("t.me", HostKind::Social),
    ("web.telegram.org", HostKind::Social),
    ("org.telegram.messenger", HostKind::Social),
    ("wa.me", HostKind::Social),
    ("whatsapp.com", HostKind::Social),
    ("com.whatsapp", HostKind::Social),
    ("vk.com", HostKind::Social),
    ("ok.ru", HostKind::Social),
    ("weibo.com", HostKind::Social),
    ("xiaohongshu.com", HostKind::Social),
    ("zhihu.com", HostKind::Social),
    ("line.me", HostKind::Social),
    ("xing.com", HostKind::Social),
    ("producthunt.com", HostKind::Social),
    ("stackoverflow.com", HostKind::Social),
    ("slack.com", HostKind::Social),
    ("com.slack", HostKind::Social),
];

/// Search engines with a host for each country: `google.co.uk`, `yandex.com.tr`. Only these
/// hosts themselves count, since below `google.com` there is much that is no search.
const COUNTRY_SEARCH: &[&str] = &["google", "yandex", "yahoo"];

/// Names as campaigns use them in `utm_source`.
const NAMES: &[(&str, HostKind)] = &[
    ("chatgpt", HostKind::AiAssistant),
    ("openai", HostKind::AiAssistant),
    ("claude", HostKind::AiAssistant),
    ("perplexity", HostKind::AiAssistant),
    ("gemini", HostKind::AiAssistant),
    ("copilot", HostKind::AiAssistant),
    ("google", HostKind::Search),
    ("adwords", HostKind::Search),
    ("googleads", HostKind::Search),
    ("bing", HostKind::Search),
    ("yahoo", HostKind::Search),
    ("duckduckgo", HostKind::Search),
    ("baidu", HostKind::Search),
    ("yandex", HostKind::Search),
    ("ecosia", HostKind::Search),
    ("naver", HostKind::Search),
    ("facebook", HostKind::Social),
    ("fb", HostKind::Social),
    ("meta", HostKind::Social),
    ("instagram", HostKind::Social),
    ("ig", HostKind::Social),
    ("threads", HostKind::Social),
    ("twitter", HostKind::Social),
    ("x", HostKind::Social),
    ("linkedin", HostKind::Social),
    ("reddit", HostKind::Social),
    ("youtube", HostKind::Social),
    ("tiktok", HostKind::Social),
    ("pinterest", HostKind::Social),
    ("snapchat", HostKind::Social),
    ("bluesky", HostKind::Social),
    ("mastodon", HostKind::Social),
    ("discord", HostKind::Social),
    ("telegram", HostKind::Social),
    ("whatsapp", HostKind::Social),
    ("hackernews", HostKind::Social),
    ("hn", HostKind::Social),
    ("producthunt", HostKind::Social),
    ("quora", HostKind::Social),
    ("gmail", HostKind::Email),
    ("mailchimp", HostKind::Email),
    ("hubspot", HostKind::Email),
    ("sendgrid", HostKind::Email),
    ("klaviyo", HostKind::Email),
    ("brevo", HostKind::Email),
    ("substack", HostKind::Email),
];

/// What `host` is known as. It must be in small letters and without `www.`.
pub fn kind_of_host(host: &str) -> Option<HostKind> {
    // Of the names that end this host, the longest comes first: each step drops a label.
    let mut rest = Some(host);
    while let Some(name) = rest {
        if let Some((_, kind)) = HOSTS.iter().find(|(known, _)| *known == name) {
            return Some(*kind);
        }
        rest = name.split_once('.').map(|(_, parent)| parent);
    }
    let (first, rest) = host.split_once('.')?;
    let is_country = match rest.split_once('.') {
        None => (2..=3).contains(&rest.len()),
        Some((second, country)) => matches!(second, "co" | "com") && country.len() == 2,
    };
    (is_country && COUNTRY_SEARCH.contains(&first)).then_some(HostKind::Search)
}

/// What the `utm_source` in small letters is known as: a name, or a host.
pub fn kind_of_name(name: &str) -> Option<HostKind> {
    let by_name = NAMES.iter().find(|(known, _)| *known == name);
    by_name
        .map(|(_, kind)| *kind)
        .or_else(|| kind_of_host(name.strip_prefix("www.").unwrap_or(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_and_name_is_listed_once_and_as_it_is_looked_up() {
        for table in [HOSTS, NAMES] {
            for (index, (name, _)) in table.iter().enumerate() {
                assert_eq!(*name, name.to_lowercase());
                assert!(!name.starts_with("www.") && !name.contains('/'), "{name}");
                assert!(
                    table[..index].iter().all(|(earlier, _)| earlier != name),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn a_longer_name_wins_and_a_label_is_never_cut() {
        assert_eq!(kind_of_host("mail.google.com"), Some(HostKind::Email));
        assert_eq!(kind_of_host("old.reddit.com"), Some(HostKind::Social));
        assert_eq!(kind_of_host("netflix.com"), None); // ends in x.com
        assert_eq!(kind_of_host("google.com.br"), Some(HostKind::Search));
        assert_eq!(kind_of_host("drive.google.com"), None);
        assert_eq!(kind_of_host(""), None);
    }
}
