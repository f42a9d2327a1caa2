//! The operating system in a user agent.

use crate::ingest::enrich::user_agent::{after, contains_any, version};

/// What Windows calls itself, and what people call it. Windows 11 says `10.0` too.
const WINDOWS: &[(&str, &str)] = &[
    ("10.0", "10"),
    ("6.4", "10"),
    ("6.3", "8.1"),
    ("6.2", "8"),
    ("6.1", "7"),
    ("6.0", "Vista"),
    ("5.2", "XP"),
    ("5.1", "XP"),
    ("5.0", "2000"),
];

/// A system, known by a text, with the texts behind which its version may stand.
struct System {
    token: &'static str,
    name: &'static str,
    version_after: &'static [&'static str],
}

const fn system(
    token: &'static str,
    name: &'static str,
    version_after: &'static [&'static str],
) -> System {
    System {
        token,
        name,
        version_after,
    }
}

/// The first match wins: televisions, consoles and telephones name the system they are built
/// on as well.
const SYSTEMS: &[System] = &[
    system(
        "Windows Phone",
        "Windows Phone",
        &["Windows Phone OS ", "Windows Phone "],
    ),
    system("Xbox", "Xbox", &[]),
    system("PlayStation", "PlayStation", &[]),
    system("PLAYSTATION", "PlayStation", &[]),
    system("Nintendo", "Nintendo", &[]),
    system("Windows", "Windows", &[]),
    system("KAIOS/", "KaiOS", &["KAIOS/"]),
    system("OpenHarmony", "HarmonyOS", &["OpenHarmony "]),
    system("HarmonyOS", "HarmonyOS", &["HarmonyOS "]),
    system("Tizen", "Tizen", &["Tizen ", "Tizen/"]),
    system("Web0S", "webOS", &[]),
    system("webOS", "webOS", &["webOS/", "webOS TV/"]),
    system("NetCast", "webOS", &[]),
    system(
        "CrOS ",
        "Chrome OS",
        &["CrOS x86_64 ", "CrOS aarch64 ", "CrOS armv7l "],
    ),
    system("Roku", "Roku OS", &["Roku/DVP-", "Roku4640X/DVP-"]),
    system("AppleTV", "tvOS", &["tvOS/", "tvOS "]),
    system("Apple TV", "tvOS", &["tvOS/", "tvOS ", "OS "]),
    system("tvOS", "tvOS", &["tvOS/", "tvOS "]),
    system("Watch OS", "watchOS", &["Watch OS/", "Watch OS "]),
    system("watchOS", "watchOS", &["watchOS/", "watchOS "]),
    system("iPhone", "iOS", &["iPhone OS ", "CPU OS ", "iOS ", "iOS/"]),
    system(
        "iPad",
        "iOS",
        &[
            "CPU OS ",
            "iPhone OS ",
            "iPadOS ",
            "iPadOS/",
            "iOS ",
            "iOS/",
        ],
    ),
    system("iPod", "iOS", &["iPhone OS ", "CPU OS ", "iOS ", "iOS/"]),
    system("iPadOS", "iOS", &["iPadOS ", "iPadOS/"]),
    system("iOS/", "iOS", &["iOS/"]),
    system("iOS ", "iOS", &["iOS "]),
    system("Android", "Android", &["Android ", "Android-", "Android/"]),
    system("Adr ", "Android", &["Adr "]),
    system("BB10", "BlackBerry", &["Version/"]),
    system("BlackBerry", "BlackBerry", &["Version/"]),
    system("Mac OS X", "macOS", &["Mac OS X ", "Mac OS X/"]),
    system("macOS", "macOS", &["macOS ", "macOS/"]),
    system("Macintosh", "macOS", &[]),
    system("Ubuntu", "Ubuntu", &["Ubuntu/"]),
    system("Fedora", "Fedora", &["Fedora/"]),
    system("FreeBSD", "FreeBSD", &[]),
    system("OpenBSD", "OpenBSD", &[]),
    system("NetBSD", "NetBSD", &[]),
    system("SunOS", "Solaris", &[]),
    system("Linux", "Linux", &[]),
    system("X11", "Linux", &[]),
];

/// The operating system and its version.
pub fn read(user_agent: &str) -> Option<(&'static str, Option<String>)> {
    for system in SYSTEMS {
        if !user_agent.contains(system.token) {
            continue;
        }
        if system.name == "Windows" {
            return Some(("Windows", windows_version(user_agent)));
        }
        let version = system
            .version_after
            .iter()
            .find_map(|marker| after(user_agent, marker).and_then(version));
        return Some((system.name, version));
    }
    // Apple's network library names itself and the kernel. The same text comes from Macs, but
    // far more often from telephones, and only Intel Macs say which they are.
    if user_agent.contains("CFNetwork/") && user_agent.contains("Darwin/") {
        let is_mac = contains_any(user_agent, &["x86_64", "i386", "%20Mac"]);
        return Some((if is_mac { "macOS" } else { "iOS" }, None));
    }
    None
}

/// The version of Windows by the name people know.
fn windows_version(user_agent: &str) -> Option<String> {
    let number = after(user_agent, "Windows NT ").or_else(|| after(user_agent, "Windows "))?;
    WINDOWS
        .iter()
        .find(|(start, _)| number.starts_with(start))
        .map(|(_, name)| (*name).to_owned())
}
