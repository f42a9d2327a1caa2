//! What people browse with: real user agents, so that the demo goes through the same reader as real visits.

use crate::core::draw::Draw;

/// A browser on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// The `User-Agent` it sends.
    pub text: &'static str,
    /// Size of its window.
    pub screen: &'static str,
}

const fn agent(screen: &'static str, text: &'static str) -> Agent {
    Agent { text, screen }
}

/// Browsers on a desk, by their share.
#[rustfmt::skip]
const DESKTOPS: [(Agent, u32); 7] = [
    (agent("1920x1080", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"), 34),
    (agent("1512x982", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"), 26),
    (agent("1440x900", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15"), 14),
    (agent("1536x864", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"), 11),
    (agent("1680x1050", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"), 6),
    (agent("1920x1080", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"), 5),
    (agent("1920x1200", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"), 4),
];

/// Browsers in a hand, by their share.
#[rustfmt::skip]
const MOBILES: [(Agent, u32); 5] = [
    (agent("390x844", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"), 48),
    (agent("412x915", "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36"), 30),
    (agent("360x780", "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"), 12),
    (agent("820x1180", "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"), 7),
    (agent("393x852", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1"), 3),
];

/// A browser, in a hand with this chance.
pub fn draw_agent(draw: &mut Draw, chance_mobile: f64) -> Agent {
    if draw.chance(chance_mobile) {
        draw.choose(&MOBILES)
    } else {
        draw.choose(&DESKTOPS)
    }
}
