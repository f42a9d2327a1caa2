//! The frame of a signed-in page: the rooms, the project switch, who is signed in.
//!
//! A room stands in [`ROOMS`] only once it exists; the navigation is drawn from that table.

use crate::web::view::budgets::BudgetBanner;

/// A page of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Live figures and the latest events.
    Overview,
    /// Who comes, and who stays.
    Users,
    /// Who has something in common?
    Segments,
    /// Where they come from, and with what.
    Audience,
    /// Where do they drop?
    Funnels,
    /// Do they return?
    Retention,
    /// When do they come?
    Hours,
    /// What do they do next?
    Journeys,
    /// Who spends, and on what.
    Costs,
    /// Fast and up?
    Performance,
    /// Which model for what.
    Models,
    /// Why is my event missing?
    Missing,
    /// Sizes, memory, queue, versions.
    System,
    /// Projects and their rules.
    Projects,
    /// The price book and own prices.
    Prices,
    /// What currencies are worth.
    ExchangeRates,
    /// Keys of the current project.
    Keys,
    /// The signed-in person.
    Account,
    /// What every number means, and what programs may call.
    Reference,
}

/// Where a room is and how the navigation shows it.
#[derive(Clone, Copy, Debug)]
pub struct RoomLink {
    /// The room.
    pub room: Room,
    /// Its path, after the base.
    pub path: &'static str,
    /// Its icon's name in the sprite.
    pub icon: &'static str,
    /// Its name, as people read it.
    pub label: &'static str,
    /// The letter that goes there after `G`.
    pub key: char,
}

/// Rooms under one heading of the navigation.
#[derive(Clone, Copy, Debug)]
pub struct RoomGroup {
    /// The heading.
    pub label: &'static str,
    /// Its rooms, in order.
    pub rooms: &'static [RoomLink],
}

/// The whole navigation.
pub const ROOMS: &[RoomGroup] = &[
    RoomGroup {
        label: "Monitor",
        rooms: &[RoomLink {
            room: Room::Overview,
            path: "/",
            icon: "layout-dashboard",
            label: "Overview",
            key: 'o',
        }],
    },
    RoomGroup {
        label: "Product",
        rooms: &[
            RoomLink {
                room: Room::Users,
                path: "/users",
                icon: "users",
                label: "Users",
                key: 'u',
            },
            RoomLink {
                room: Room::Segments,
                path: "/users/segments",
                icon: "blend",
                label: "Segments",
                key: 'e',
            },
            RoomLink {
                room: Room::Audience,
                path: "/audience",
                icon: "globe",
                label: "Audience",
                key: 'w',
            },
            RoomLink {
                room: Room::Funnels,
                path: "/funnels",
                icon: "funnel",
                label: "Funnels",
                key: 'f',
            },
            RoomLink {
                room: Room::Retention,
                path: "/retention",
                icon: "repeat",
                label: "Retention",
                key: 'r',
            },
            RoomLink {
                room: Room::Journeys,
                path: "/journeys",
                icon: "route",
                label: "Journeys",
                key: 'j',
            },
            RoomLink {
                room: Room::Hours,
                path: "/hours",
                icon: "clock",
                label: "Hours of use",
                key: 'h',
            },
        ],
    },
    RoomGroup {
        label: "Money",
        rooms: &[RoomLink {
            room: Room::Costs,
            path: "/costs",
            key: 'c',
            icon: "wallet",
            label: "Costs & budgets",
        }],
    },
    RoomGroup {
        label: "Platform",
        rooms: &[
            RoomLink {
                room: Room::Performance,
                path: "/performance",
                key: 't',
                icon: "gauge",
                label: "Technical performance",
            },
            RoomLink {
                room: Room::Models,
                path: "/models",
                key: 'l',
                icon: "sparkles",
                label: "Models",
            },
            RoomLink {
                room: Room::Missing,
                path: "/ingest",
                icon: "package-search",
                label: "Missing events",
                key: 'm',
            },
            RoomLink {
                room: Room::System,
                path: "/system",
                icon: "server",
                label: "System",
                key: 's',
            },
        ],
    },
    RoomGroup {
        label: "Settings",
        rooms: &[
            RoomLink {
                room: Room::Projects,
                path: "/settings/projects",
                icon: "folder",
                label: "Projects",
                key: 'p',
            },
            RoomLink {
                room: Room::Prices,
                path: "/settings/prices",
                icon: "table-2",
                label: "Prices",
                key: 'b',
            },
            RoomLink {
                room: Room::ExchangeRates,
                path: "/settings/exchange-rates",
                icon: "git-compare-arrows",
                label: "Exchange rates",
                key: 'x',
            },
            RoomLink {
                room: Room::Keys,
                path: "/settings/keys",
                icon: "key-round",
                label: "Keys",
                key: 'k',
            },
            RoomLink {
                room: Room::Account,
                path: "/settings/account",
                icon: "user-round",
                label: "Account",
                key: 'a',
            },
            RoomLink {
                room: Room::Reference,
                path: "/reference",
                icon: "info",
                label: "Reference",
                key: 'd',
            },
        ],
    },
];

/// A project of the switch.
#[derive(Clone, Debug)]
pub struct ProjectChoice {
    /// Its short name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// How a notice is coloured; its words must say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something worked, or is well.
    Good,
    /// Something needs a look.
    Warn,
    /// Something failed.
    Bad,
    /// Neither good nor bad.
    Plain,
}

impl Tone {
    /// The class of this tone in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Plain => "",
        }
    }

    /// The icon of a notice in this tone.
    pub fn icon(self) -> &'static str {
        match self {
            Tone::Good => "circle-check",
            Tone::Warn | Tone::Bad => "triangle-alert",
            Tone::Plain => "info",
        }
    }
}

/// One sentence about what just happened, shown once above the page.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How it is coloured.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// Sidebar and header of a signed-in page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The room the reader is in.
    pub room: Room,
    /// The project the page is about. Navigation links carry its slug.
    pub project: ProjectChoice,
    /// Projects the reader may switch to, the current one among them, without archived ones.
    pub projects: Vec<ProjectChoice>,
    /// The signed-in person's name.
    pub person_name: String,
    /// The signed-in person's email address.
    pub person_email: String,
    /// Whether the project's data is made up.
    pub is_demo: bool,
    /// What the last form did, if the reader comes from one.
    pub notice: Option<Notice>,
    /// That a budget is nearly spent.
    pub budget: Option<BudgetBanner>,
}

impl Shell {
    /// The first letters of the person's first and last name.
    pub fn initials(&self) -> String {
        let words: Vec<&str> = self.person_name.split_whitespace().collect();
        let first = words.first().and_then(|word| word.chars().next());
        let last = words.last().and_then(|word| word.chars().next());
        let last = last.filter(|_| words.len() > 1);
        first
            .into_iter()
            .chain(last)
            .flat_map(char::to_uppercase)
            .collect()
    }

    /// The navigation, for the template.
    pub fn groups(&self) -> &'static [RoomGroup] {
        ROOMS
    }
}
