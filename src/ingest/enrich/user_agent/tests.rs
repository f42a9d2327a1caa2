use super::*;

const MOZILLA: &str = "Mozilla/5.0 ";
const CHROME: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0";
const WEBKIT: &str = "AppleWebKit/605.1.15 (KHTML, like Gecko)";

/// `browser version, os version, device` in one text, with `-` for what is not known.
fn summary(reader: &AgentReader, user_agent: &str) -> String {
    let agent = reader.read(user_agent);
    let joined = |name: &Option<String>, version: &Option<String>| match (name, version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.clone(),
        (None, _) => "-".to_owned(),
    };
    format!(
        "{}, {}, {}",
        joined(&agent.browser, &agent.browser_version),
        joined(&agent.os, &agent.os_version),
        agent.device.id()
    )
}

fn check(class: AgentClass, rows: &[(String, &str)]) {
    let reader = AgentReader::new();
    for (user_agent, expected) in rows {
        assert_eq!(summary(&reader, user_agent), *expected, "{user_agent}");
        assert_eq!(reader.read(user_agent).class, class, "{user_agent}");
        assert_eq!(
            reader.read(user_agent).is_bot(),
            class.is_bot(),
            "{user_agent}"
        );
    }
}

fn mozilla(rest: &str) -> String {
    format!("{MOZILLA}{rest}")
        .replace("{chrome}", CHROME)
        .replace("{webkit}", WEBKIT)
}

#[test]
fn browsers_on_computers_are_read() {
    check(
        AgentClass::Browser,
        &[
            (
                mozilla("(Windows NT 10.0; Win64; x64) {chrome} Safari/537.36"),
                "Chrome 126, Windows 10, desktop",
            ),
            (
                mozilla("(Windows NT 10.0; Win64; x64) {chrome} Safari/537.36 Edg/126.0.2592.87"),
                "Edge 126, Windows 10, desktop",
            ),
            (
                mozilla("(Windows NT 6.1; WOW64; rv:115.0) Gecko/20100101 Firefox/115.0"),
                "Firefox 115, Windows 7, desktop",
            ),
            (
                mozilla("(Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko"),
                "Internet Explorer 11, Windows 8.1, desktop",
            ),
            (
                mozilla("(Windows NT 10.0; Win64; x64) {chrome} Safari/537.36 OPR/111.0.0.0"),
                "Opera 111, Windows 10, desktop",
            ),
            (
                mozilla("(Windows NT 10.0; Win64; x64) {chrome} YaBrowser/24.6.0.0 Safari/537.36"),
                "Yandex Browser 24.6, Windows 10, desktop",
            ),
            (
                mozilla(
                    "(Macintosh; Intel Mac OS X 10_15_7) {webkit} Version/17.5 Safari/605.1.15",
                ),
                "Safari 17.5, macOS 10.15, desktop",
            ),
            (
                mozilla("(Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0"),
                "Firefox 127, macOS 10.15, desktop",
            ),
            (
                mozilla("(Macintosh; Intel Mac OS X 10_15_7) {chrome} Safari/537.36 Vivaldi/6.8"),
                "Vivaldi 6.8, macOS 10.15, desktop",
            ),
            (
                mozilla(
                    "(Macintosh; Intel Mac OS X 10_15_7) {webkit} Version/17.5 Safari/605.1.15 Ddg/17.5",
                ),
                "DuckDuckGo 17.5, macOS 10.15, desktop",
            ),
            (
                mozilla("(X11; Linux x86_64) {chrome} Safari/537.36"),
                "Chrome 126, Linux, desktop",
            ),
            (
                mozilla("(X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"),
                "Firefox 127, Ubuntu, desktop",
            ),
            (
                mozilla("(X11; CrOS x86_64 14541.0.0) {chrome} Safari/537.36"),
                "Chrome 126, Chrome OS 14541, desktop",
            ),
            (
                mozilla(
                    "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.38.125 Chrome/124.0.6367.243 Electron/30.1.2 Safari/537.36",
                ),
                "Slack 4.38, Windows 10, desktop",
            ),
        ],
    );
}

#[test]
fn browsers_on_telephones_and_tablets_are_read() {
    check(
        AgentClass::Browser,
        &[
            (mozilla("(iPhone; CPU iPhone OS 17_5_1 like Mac OS X) {webkit} Version/17.5 Mobile/15E148 Safari/604.1"), "Safari 17.5, iOS 17.5, mobile"),
            (mozilla("(iPhone; CPU iPhone OS 18_0 like Mac OS X) {webkit} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1"), "Chrome 126, iOS 18, mobile"),
            (mozilla("(iPhone; CPU iPhone OS 17_5 like Mac OS X) {webkit} FxiOS/127.0 Mobile/15E148 Safari/605.1.15"), "Firefox 127, iOS 17.5, mobile"),
            (mozilla("(iPhone; CPU iPhone OS 17_5 like Mac OS X) {webkit} GSA/322.0.6 Mobile/15E148 Safari/604.1"), "Google app 322, iOS 17.5, mobile"),
            (mozilla("(iPhone; CPU iPhone OS 17_5 like Mac OS X) {webkit} Mobile/15E148 Instagram 336.0.1.1 (iPhone14,5; iOS 17_5)"), "Instagram 336, iOS 17.5, mobile"),
            (mozilla("(iPhone; CPU iPhone OS 17_5 like Mac OS X) {webkit} Mobile/15E148 [FBAN/FBIOS;FBAV/468.0.0.1;FBDV/iPhone14,5]"), "Facebook 468, iOS 17.5, mobile"),
            (mozilla("(iPhone; CPU iPhone OS 17_5 like Mac OS X) {webkit} Mobile/15E148"), "iOS WebView, iOS 17.5, mobile"),
            (mozilla("(iPad; CPU OS 16_6 like Mac OS X) {webkit} Version/16.6 Mobile/15E148 Safari/604.1"), "Safari 16.6, iOS 16.6, tablet"),
            (mozilla("(Linux; Android 10; K) {chrome} Mobile Safari/537.36"), "Chrome 126, Android 10, mobile"),
            (mozilla("(Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"), "Samsung Internet 25, Android 14, mobile"),
            (mozilla("(Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0"), "Firefox 127, Android 14, mobile"),
            (mozilla("(Linux; Android 13; SM-X700) {chrome} Safari/537.36"), "Chrome 126, Android 13, tablet"),
            (mozilla("(Linux; Android 9; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/126.2 like Chrome/126.0.0.0 Safari/537.36"), "Silk 126.2, Android 9, tablet"),
            (mozilla("(Linux; Android 13; Pixel 7; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.71 Mobile Safari/537.36"), "Android WebView 126, Android 13, mobile"),
            (mozilla("(Linux; Android 13; 22101316G) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.12.0"), "Miui Browser 14.12, Android 13, mobile"),
            ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10".to_owned(), "Opera Mini 7.1, -, mobile"),
            (mozilla("(Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15063"), "Edge 15.15063, Windows Phone 10, mobile"),
            (mozilla("(Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5"), "Firefox 48, KaiOS 2.5, mobile"),
        ],
    );
}

#[test]
fn televisions_consoles_and_wearables_are_read() {
    check(
        AgentClass::Browser,
        &[
            (
                mozilla(
                    "(SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/3.1 Chrome/76.0.3809.146 TV Safari/537.36",
                ),
                "Samsung Internet 3.1, Tizen 6, tv",
            ),
            (
                mozilla(
                    "(Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
                ),
                "Chrome 94, webOS, tv",
            ),
            (
                mozilla(
                    "(Linux; Android 9; AFTS) AppleWebKit/537.36 (KHTML, like Gecko) Silk/126.1 like Chrome/126.0.0.0 Safari/537.36",
                ),
                "Silk 126.1, Android 9, tv",
            ),
            (
                mozilla("(PlayStation; PlayStation 5/8.60) {webkit} Version/15.4 Safari/605.1.15"),
                "Safari 15.4, PlayStation, console",
            ),
            (
                mozilla(
                    "(Windows NT 10.0; Win64; x64; Xbox; Xbox One) {chrome} Safari/537.36 Edg/126.0.0.0",
                ),
                "Edge 126, Xbox, console",
            ),
            (
                mozilla(
                    "(X11; Linux x86_64; Quest 3) AppleWebKit/537.36 (KHTML, like Gecko) OculusBrowser/33.4.0 Chrome/124.0.6367.0 VR Safari/537.36",
                ),
                "Meta Quest Browser 33.4, Linux, wearable",
            ),
        ],
    );
}

#[test]
fn apps_are_read_by_the_name_they_give() {
    check(
        AgentClass::Browser,
        &[
            (
                "Chatter/2.4.1 (com.example.chatter; build:7; iOS 17.4.1) Alamofire/5.9.1"
                    .to_owned(),
                "Chatter 2.4, iOS 17.4, mobile",
            ),
            (
                "Chatter/7 CFNetwork/1496.0.7 Darwin/23.5.0".to_owned(),
                "Chatter 7, iOS, mobile",
            ),
            (
                "Chatter/7 CFNetwork/1220.1 Darwin/20.3.0 (x86_64)".to_owned(),
                "Chatter 7, macOS, desktop",
            ),
            (
                "Chatter/2.4 (Linux; Android 14; Pixel 7)".to_owned(),
                "Chatter 2.4, Android 14, mobile",
            ),
        ],
    );
}

#[test]
fn libraries_are_servers_and_not_bots() {
    check(
        AgentClass::HttpClient,
        &[
            (
                "OpenAI/Python 1.30.1".to_owned(),
                "OpenAI/Python 1.30, -, server",
            ),
            (
                "Anthropic/JS 0.24.0".to_owned(),
                "Anthropic/JS 0.24, -, server",
            ),
            (
                "AsyncOpenAI/Python 1.30.1".to_owned(),
                "AsyncOpenAI/Python 1.30, -, server",
            ),
            (
                "python-requests/2.31.0".to_owned(),
                "python-requests 2.31, -, server",
            ),
            (
                "python-httpx/0.27.0".to_owned(),
                "python-httpx 0.27, -, server",
            ),
            (
                "Python/3.12 aiohttp/3.9.5".to_owned(),
                "Python 3.12, -, server",
            ),
            ("axios/1.7.2".to_owned(), "axios 1.7, -, server"),
            (
                "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)".to_owned(),
                "node-fetch 1, -, server",
            ),
            ("node".to_owned(), "node, -, server"),
            ("undici".to_owned(), "undici, -, server"),
            ("curl/8.5.0".to_owned(), "curl 8.5, -, server"),
            ("Wget/1.21.4".to_owned(), "Wget 1.21, -, server"),
            (
                "Go-http-client/2.0".to_owned(),
                "Go-http-client 2, -, server",
            ),
            ("Java/17.0.9".to_owned(), "Java 17, -, server"),
            ("GuzzleHttp/7".to_owned(), "GuzzleHttp 7, -, server"),
            (
                "PostmanRuntime/7.39.0".to_owned(),
                "PostmanRuntime 7.39, -, server",
            ),
            (
                "Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/linux#5.10".to_owned(),
                "Boto3 1.34, -, server",
            ),
            // These are used by telephone apps as well and do not say by which.
            ("okhttp/4.12.0".to_owned(), "okhttp 4.12, -, other"),
            ("Dart/3.4 (dart:io)".to_owned(), "Dart 3.4, -, other"),
        ],
    );
}

#[test]
fn a_bot_has_its_own_name_and_none_of_its_costume() {
    check(
        AgentClass::Crawler,
        &[
            (
                mozilla(
                    "(Linux; Android 6.0.1; Nexus 5X Build/MMB29P) {chrome} Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                ),
                "Googlebot, -, other",
            ),
            (
                mozilla(
                    "AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.0.0 Safari/537.36",
                ),
                "bingbot, -, other",
            ),
        ],
    );
    check(
        AgentClass::HeadlessBrowser,
        &[(
            mozilla(
                "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36",
            ),
            "HeadlessChrome, -, other",
        )],
    );
}

#[test]
fn what_says_nothing_is_unknown_and_no_name_is_made_up() {
    check(
        AgentClass::Unknown,
        &[
            (String::new(), "-, -, other"),
            ("Mozilla/5.0".to_owned(), "-, -, other"),
            ("<script>alert(1)</script>".to_owned(), "-, -, other"),
            ("' OR 1=1 --".to_owned(), "-, -, other"),
            ("\u{1f600}\u{1f600}".to_owned(), "-, -, other"),
        ],
    );
}

#[test]
fn a_version_is_major_and_a_minor_that_is_not_zero() {
    let rows = [
        ("126.0.0.0", Some("126")),
        ("17.5", Some("17.5")),
        ("10_15_7", Some("10.15")),
        ("7", Some("7")),
        ("8.", Some("8")),
        ("", None),
        ("x", None),
        ("123456.1", None), // a build number
        ("9.123456", Some("9")),
    ];
    for (text, expected) in rows {
        assert_eq!(version(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn the_same_text_is_read_once_and_shared() {
    let reader = AgentReader::new();
    let first = reader.read("curl/8.5.0");
    assert!(Arc::ptr_eq(&first, &reader.read(" curl/8.5.0 ")));
    assert_eq!(reader.cached(), 1);
}

#[test]
fn a_flood_of_different_texts_does_not_grow_the_cache_without_end() {
    let reader = AgentReader::new();
    for number in 0..2 * AGENTS_CACHED_MAX {
        let _ = reader.read(&format!("agent/{number}"));
    }
    assert!(reader.cached() <= AGENTS_CACHED_MAX, "{}", reader.cached());
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let reader = AgentReader::new();
    let long = "ä".repeat(1 << 20);
    assert_eq!(reader.read(&long).class, AgentClass::Unknown);
    assert_eq!(capped(&long).len(), USER_AGENT_BYTES_MAX);
    assert_eq!(capped(&format!("x{long}")).len(), USER_AGENT_BYTES_MAX - 1);
}
