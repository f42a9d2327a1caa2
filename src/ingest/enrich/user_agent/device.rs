//! The kind of device in a user agent.

use crate::ingest::enrich::user_agent::{Device, after, contains_any};

const CONSOLE: &[&str] = &["PlayStation", "PLAYSTATION", "Xbox", "Nintendo"];

const WEARABLE: &[&str] = &[
    "watchOS",
    "Watch OS",
    "Wear OS",
    "SM-R8",
    "SM-R9",
    "SM-L3",
    "OculusBrowser",
    "Quest",
    "visionOS",
];

const TV: &[&str] = &[
    "SmartTV",
    "SMART-TV",
    "Smart TV",
    "Smart-TV",
    "AppleTV",
    "Apple TV",
    "tvOS",
    "GoogleTV",
    "Google TV",
    "Android TV",
    "HbbTV",
    "BRAVIA",
    "Bravia",
    "Roku",
    "CrKey",
    "Web0S",
    "webOS TV",
    "NetCast",
    "VIDAA",
    "; AFT",
    "; MiTV",
    "MiBOX",
    "TV Safari",
    "LG Browser",
    "DTV;",
    "Chromecast",
    "SHIELD Android",
];

const TABLET: &[&str] = &[
    "iPad", "Tablet", "tablet", "PlayBook", "Kindle", "Nexus 7", "Nexus 10", "SM-T", "SM-X",
];

const MOBILE: &[&str] = &[
    "iPhone",
    "iPod",
    "Windows Phone",
    "IEMobile",
    "BB10",
    "BlackBerry",
    "Opera Mini",
    "Opera Mobi",
    "KAIOS/",
    "Mobile",
    "iOS/",
    "iOS ",
    "Dalvik/",
    "Adr ",
];

const DESKTOP: &[&str] = &[
    "Windows",
    "Macintosh",
    "Mac OS X",
    "macOS",
    "CrOS",
    "X11",
    "Linux",
    "FreeBSD",
    "OpenBSD",
    "SunOS",
];

/// Libraries that telephone apps use as much as servers do: which, they do not say.
const CLIENTS_OF_APPS: &[&str] = &["okhttp", "Dart/", "ktor-client", "Ktor client"];

/// The kind of device which `user_agent` describes.
pub fn read(user_agent: &str) -> Device {
    if contains_any(user_agent, CONSOLE) {
        return Device::Console;
    }
    if contains_any(user_agent, TV) {
        return Device::Tv;
    }
    if contains_any(user_agent, WEARABLE) {
        return Device::Wearable;
    }
    if contains_any(user_agent, TABLET) || is_fire_tablet(user_agent) {
        return Device::Tablet;
    }
    // Windows on a touch screen says Mobile nowhere; browsers on Android leave it out on
    // tablets, which is the documented way to tell them apart. Apps need not follow it.
    if contains_any(user_agent, MOBILE) {
        return Device::Mobile;
    }
    if user_agent.contains("Android") {
        let is_browser = user_agent.starts_with("Mozilla/");
        return if is_browser {
            Device::Tablet
        } else {
            Device::Mobile
        };
    }
    if contains_any(user_agent, DESKTOP) {
        return Device::Desktop;
    }
    if user_agent.contains("CFNetwork/") {
        let is_mac = contains_any(user_agent, &["x86_64", "i386", "%20Mac"]);
        return if is_mac {
            Device::Desktop
        } else {
            Device::Mobile
        };
    }
    Device::Other
}

/// The kind of device behind an HTTP library which said `said` of it.
pub fn of_http_client(user_agent: &str, said: Device) -> Device {
    match said {
        Device::Mobile | Device::Tablet | Device::Tv | Device::Wearable | Device::Console => said,
        // A library on Linux, Windows or a Mac is a server or a script.
        Device::Desktop | Device::Server | Device::Other => {
            let may_be_an_app = CLIENTS_OF_APPS
                .iter()
                .any(|client| user_agent.starts_with(client));
            if may_be_an_app {
                Device::Other
            } else {
                Device::Server
            }
        }
    }
}

/// Whether a model name is one of Amazon's tablets: `KF` and two to five capitals.
fn is_fire_tablet(user_agent: &str) -> bool {
    let Some(rest) = after(user_agent, "; KF") else {
        return false;
    };
    let capitals = rest.bytes().take_while(u8::is_ascii_uppercase).count();
    (2..=5).contains(&capitals)
}
