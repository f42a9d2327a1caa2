//! The name and version of a browser, app or library.

use crate::ingest::enrich::user_agent::{after, contains_any, version};

/// A browser, known by a text in its user agent.
struct Family {
    token: &'static str,
    name: &'static str,
    /// The text behind which the version stands, if it is not the token itself.
    version_after: Option<&'static str>,
}

const fn family(token: &'static str, name: &'static str) -> Family {
    Family {
        token,
        name,
        version_after: None,
    }
}

const fn versioned(token: &'static str, name: &'static str, version_after: &'static str) -> Family {
    Family {
        token,
        name,
        version_after: Some(version_after),
    }
}

/// The first match wins, so whoever pretends to be another stands above it: apps that show
/// pages, then browsers built on Chromium or WebKit, then those engines themselves.
const FAMILIES: &[Family] = &[
    // Apps with a built-in browser.
    family("FBAV/", "Facebook"),
    versioned("FBAN/", "Facebook", "FBAV/"),
    versioned("[FB_IAB", "Facebook", "FBAV/"),
    family("Instagram ", "Instagram"),
    family("Barcelona ", "Threads"),
    family("Snapchat/", "Snapchat"),
    family("Snapchat ", "Snapchat"),
    family("[Pinterest/", "Pinterest"),
    family("Pinterest/", "Pinterest"),
    family("[LinkedInApp]/", "LinkedIn"),
    versioned("LinkedInApp", "LinkedIn", "LinkedInApp/"),
    versioned("BytedanceWebview", "TikTok", "app_version/"),
    versioned("musical_ly", "TikTok", "musical_ly_"),
    versioned("trill_", "TikTok", "trill_"),
    versioned("TikTok", "TikTok", "TikTok "),
    family("Twitter for iPhone/", "X"),
    versioned("TwitterAndroid", "X", "TwitterAndroid/"),
    family("MicroMessenger/", "WeChat"),
    family("KAKAOTALK ", "KakaoTalk"),
    family("KAKAOTALK/", "KakaoTalk"),
    family(" Line/", "LINE"),
    family("NAVER(inapp; search; ", "Naver"),
    versioned("NAVER(", "Naver", "NAVER("),
    family("AlipayClient/", "Alipay"),
    family("GSA/", "Google app"),
    family("Slack_SSB/", "Slack"),
    family("Slack/", "Slack"),
    family("Discord/", "Discord"),
    family("Teams/", "Teams"),
    // Browsers on a borrowed engine.
    family("EdgA/", "Edge"),
    family("EdgiOS/", "Edge"),
    family("Edg/", "Edge"),
    family("Edge/", "Edge"),
    family("OPR/", "Opera"),
    family("OPT/", "Opera"),
    family("OPX/", "Opera"),
    family("OPiOS/", "Opera"),
    family("Opera Mini/", "Opera Mini"),
    versioned("Opera", "Opera", "Version/"),
    family("SamsungBrowser/", "Samsung Internet"),
    family("YaBrowser/", "Yandex Browser"),
    family("YaApp_iOS/", "Yandex app"),
    family("Vivaldi/", "Vivaldi"),
    family("UCBrowser/", "UC Browser"),
    family("MiuiBrowser/", "Miui Browser"),
    family("HuaweiBrowser/", "Huawei Browser"),
    family("HeyTapBrowser/", "HeyTap Browser"),
    family("VivoBrowser/", "Vivo Browser"),
    family("MQQBrowser/", "QQ Browser"),
    family("QQBrowser/", "QQ Browser"),
    family("baidubrowser/", "Baidu Browser"),
    family("baiduboxapp/", "Baidu app"),
    family("SogouMobileBrowser/", "Sogou Browser"),
    family("DuckDuckGo/", "DuckDuckGo"),
    family("Ddg/", "DuckDuckGo"),
    family("Brave/", "Brave"),
    family("AvastSecureBrowser/", "Avast Browser"),
    family("Avast/", "Avast Browser"),
    family("AVG/", "AVG Browser"),
    family("CCleaner/", "CCleaner Browser"),
    family("Whale/", "Whale"),
    family("coc_coc_browser/", "Coc Coc"),
    family("Puffin/", "Puffin"),
    family("OculusBrowser/", "Meta Quest Browser"),
    family("Silk/", "Silk"),
    family("Ecosia ios@", "Ecosia"),
    family("Ecosia android@", "Ecosia"),
    family("Maxthon/", "Maxthon"),
    family("Sleipnir/", "Sleipnir"),
    family("Iron/", "Iron"),
    family("Falkon/", "Falkon"),
    family("Epiphany/", "Epiphany"),
    family("Konqueror/", "Konqueror"),
    family("PaleMoon/", "Pale Moon"),
    family("Waterfox/", "Waterfox"),
    family("SeaMonkey/", "SeaMonkey"),
    family("LibreWolf/", "LibreWolf"),
    family("Thunderbird/", "Thunderbird"),
    family("Focus/", "Firefox Focus"),
    family("Klar/", "Firefox Focus"),
    family("FxiOS/", "Firefox"),
    family("Electron/", "Electron"),
    versioned("BB10", "BlackBerry Browser", "Version/"),
    // The engines' own browsers.
    family("Firefox/", "Firefox"),
    family("CriOS/", "Chrome"),
    family("Chromium/", "Chromium"),
    versioned("; wv)", "Android WebView", "Chrome/"),
    family("Chrome/", "Chrome"),
    family("IEMobile/", "Internet Explorer"),
    family("MSIE ", "Internet Explorer"),
    versioned("Trident/", "Internet Explorer", "rv:"),
];

/// Names that open the user agents of libraries and tools, beside those in the known agents.
const HTTP_CLIENTS: &[&str] = &[
    "AI-SDK/",
    "ai-sdk/",
    "Apache-HttpAsyncClient",
    "aws-sdk-",
    "Boto3/",
    "Botocore/",
    "Bun/",
    "Bruno/",
    "bruno-runtime/",
    "cohere",
    "Dart/",
    "Deno/",
    "Elastic/",
    "Faraday ",
    "fasthttp",
    "google-api-",
    "google-cloud-",
    "google-genai-sdk/",
    "grpc-",
    "GuzzleHttp/",
    "hyper/",
    "insomnia/",
    "Insomnia/",
    "Java-http-client/",
    "Java/",
    "k6/",
    "langchain",
    "LangChain",
    "litellm",
    "LiteLLM",
    "mistral-client-",
    "Node.js",
    "node",
    "OpenAI",
    "PHP/",
    "Postman",
    "Python/",
    "RestSharp/",
    "rest-client/",
    "Ruby",
    "reqwest",
    "Symfony HttpClient",
    "Typhoeus",
    "undici",
    "unirest",
    "ureq/",
    "urllib",
    "vegeta",
    "wrk/",
    "ktor-client",
    "Ktor client",
    "HTTPie",
    "xh/",
    "got/",
    "got (",
    "superagent",
    "PowerShell",
    "speakeasy-sdk/",
];

/// Languages that generated SDKs give in place of a version: `OpenAI/Python 1.30.1`.
const SDK_LANGUAGES: &[&str] = &[
    "Python", "JS", "Go", "Java", "Ruby", "Kotlin", "PHP", "CSharp",
];

/// The browser or app of a person's `user_agent`, and its version.
pub fn read(user_agent: &str) -> Option<(String, Option<String>)> {
    for family in FAMILIES {
        if !user_agent.contains(family.token) {
            continue;
        }
        let marker = family.version_after.unwrap_or(family.token);
        let mut version = after(user_agent, marker).and_then(version);
        if version.is_none() && family.name == "Opera" {
            version = after(user_agent, "Opera/").and_then(self::version);
        }
        return Some((family.name.to_owned(), version));
    }
    if user_agent.contains("Android") && user_agent.contains("Version/") {
        let version = after(user_agent, "Version/").and_then(version);
        return Some(("Android Browser".to_owned(), version));
    }
    if user_agent.contains("Safari/") && user_agent.contains("Version/") {
        let version = after(user_agent, "Version/").and_then(version);
        return Some(("Safari".to_owned(), version));
    }
    if user_agent.starts_with("Mozilla/") {
        // An iOS app that shows a page in a frame of its own leaves the browser's name out.
        return contains_any(user_agent, &["iPhone", "iPad", "iPod"])
            .then(|| ("iOS WebView".to_owned(), None));
    }
    // Android's own runtime sends this for apps that do not name themselves.
    if user_agent.starts_with("Dalvik/") {
        return None;
    }
    product(user_agent)
}

/// Whether `user_agent` opens like that of a library or tool.
pub fn is_http_client(user_agent: &str) -> bool {
    if HTTP_CLIENTS
        .iter()
        .any(|client| user_agent.starts_with(client))
    {
        return true;
    }
    sdk_language(user_agent).is_some()
}

/// The first product of `user_agent`, as in `name/1.2 (comment)`, and its version.
///
/// The name is kept to 40 bytes of plain characters: it ends up in a breakdown, so a random
/// text must not become a value of its own.
pub fn product(user_agent: &str) -> Option<(String, Option<String>)> {
    if let Some((product, language)) = sdk_language(user_agent) {
        let rest = after(user_agent, " ").unwrap_or_default();
        return Some((format!("{product}/{language}"), version(rest)));
    }
    let first = user_agent
        .split([' ', '(', ';', ','])
        .next()
        .unwrap_or_default();
    let (name, rest) = first.split_once('/').unwrap_or((first, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_name = (2..=40).contains(&name.len())
        && name.bytes().all(is_plain)
        && name.starts_with(|first: char| first.is_ascii_alphabetic());
    is_name.then(|| (name.to_owned(), version(rest.trim_start_matches('v'))))
}

/// Product and language of a generated SDK's user agent.
fn sdk_language(user_agent: &str) -> Option<(&str, &'static str)> {
    let first = user_agent.split(' ').next().unwrap_or_default();
    let (product, language) = first.split_once('/')?;
    let language = SDK_LANGUAGES.iter().find(|known| **known == language)?;
    let is_name = (2..=30).contains(&product.len())
        && product.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then_some((product, *language))
}
