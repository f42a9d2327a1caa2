//! A stretch on the public site by somebody who is only a visitor yet, and the sign-up that may end it.

use crate::core::draw::{Draw, mix};
use crate::demo::agent::{Agent, draw_agent};
use crate::demo::campaign::{Source, draw_source};
use crate::demo::day::Planned;
use crate::demo::line::{DemoEvent, Line, Writer};
use crate::demo::part;
use crate::demo::person::{Person, account_name, anonymous_id};
use crate::demo::place::{PLACES, Place, draw_place};
use crate::demo::rhythm::DAY_MS;
use crate::demo::session::{Stretch, Use};
use crate::demo::world::World;

/// The public site.
const SITE: &str = "https://quill.example";
/// Chance that a visit ends with its first page.
const BOUNCES: f64 = 0.46;
/// Chance that a visitor of one of the last days comes back.
const RETURNS: f64 = 0.12;
/// Visitors of an earlier day among whom one returns.
const RETURNING: u64 = 24;
/// Days after which they do, at most.
const RETURN_DAYS_MAX: u64 = 6;
/// Chance of a browser in a hand: higher than among customers.
const CHANCE_MOBILE: f64 = 0.38;

/// First pages of visits without a campaign.
const LANDINGS: [(&str, u32); 8] = [
    ("/", 46),
    ("/pricing", 11),
    ("/blog/write-less", 10),
    ("/blog/prompts-for-support", 9),
    ("/docs/quickstart", 8),
    ("/templates", 7),
    ("/compare", 5),
    ("/docs/api", 4),
];

/// Pages after the first.
const FURTHER: [(&str, u32); 8] = [
    ("/pricing", 30),
    ("/features", 22),
    ("/templates", 12),
    ("/docs/quickstart", 11),
    ("/customers", 9),
    ("/compare", 7),
    ("/security", 5),
    ("/blog/write-less", 4),
];

/// How people sign up.
const METHODS: [(&str, u32); 3] = [("google", 58), ("email", 34), ("sso", 8)];

/// Who looks at the site.
struct Looker<'a> {
    anonymous_id: &'a str,
    place: &'static Place,
    agent: Agent,
    session_id: &'a str,
}

impl World {
    /// A visit that leads to nothing, at least not today.
    pub fn write_visit(&self, planned: &Planned, out: &mut Vec<DemoEvent>) {
        let seed = self.settings.seed;
        let day = planned.at.div_euclid(DAY_MS);
        // The visitor may be one of an earlier day; all that is theirs follows from where they first came from.
        let key = visitor_key(seed, day, u64::from(planned.who));
        let mut draw = Draw::new(key);
        let first = if draw.chance(RETURNS) {
            let back = 1 + draw.below(RETURN_DAYS_MAX);
            visitor_key(seed, day - back as i64, draw.below(RETURNING))
        } else {
            key
        };
        let mut person = Draw::new(mix(first, part::AGENT));
        let stretch = Stretch::new(seed, part::VISIT, key, planned.at);
        let looker = Looker {
            anonymous_id: &anonymous_id(first),
            place: &PLACES[usize::from(draw_place(&mut person))].0,
            agent: draw_agent(&mut person, CHANCE_MOBILE),
            session_id: &stretch.session_id,
        };
        let mut writer = Writer::new(stretch.key, self.settings.ids_ahead, out);
        let mut draw = stretch.draw();
        let source = draw_source(&mut draw, self.settings.age(day), self.settings.days, false);
        looker.look(&mut draw, &mut writer, planned.at, source, 0);
    }

    /// The first look of somebody who signs up some days later.
    pub fn write_look(&self, planned: &Planned, out: &mut Vec<DemoEvent>) {
        let person = &self.people[planned.who as usize];
        let stretch = Stretch::new(
            self.settings.seed,
            part::LOOK,
            u64::from(planned.who),
            planned.at,
        );
        let (mut draw, mut writer) = (
            stretch.draw(),
            Writer::new(stretch.key, self.settings.ids_ahead, out),
        );
        let anonymous = person.anonymous_id(self.settings.seed);
        let looker = self.looker(person, &anonymous, &stretch);
        let age = self.settings.age(planned.at.div_euclid(DAY_MS));
        let source = draw_source(&mut draw, age, self.settings.days, true);
        looker.look(&mut draw, &mut writer, planned.at, source, 1);
    }

    /// The visit that ends in a sign-up, and the first use of the product.
    pub fn write_sign_up(&self, planned: &Planned, out: &mut Vec<DemoEvent>) {
        let seed = self.settings.seed;
        let person = &self.people[planned.who as usize];
        let stretch = Stretch::new(seed, part::SIGN_UP, u64::from(planned.who), planned.at);
        let (mut draw, mut writer) = (
            stretch.draw(),
            Writer::new(stretch.key, self.settings.ids_ahead, out),
        );
        let anonymous = person.anonymous_id(seed);
        let looker = self.looker(person, &anonymous, &stretch);
        let mut at = planned.at;
        if person.is_invited {
            looker.page(&mut writer, at, &format!("{SITE}/invitation"), None);
        } else {
            let age = self.settings.age(at.div_euclid(DAY_MS));
            let source = draw_source(&mut draw, age, self.settings.days, true);
            at = looker.look(&mut draw, &mut writer, at, source, 1);
        }
        at += 4_000 + draw.below(30_000) as i64;
        looker.page(&mut writer, at, &format!("{SITE}/sign-up"), None);
        at += 15_000 + draw.below(70_000) as i64;
        let method = draw.choose(&METHODS);
        writer.event(at, "sign_up", |line| {
            line.text("user_id", &person.user_id(seed))
                .text("anonymous_id", &anonymous)
                .text("session_id", &stretch.session_id)
                .text("account", &account_name(person.account))
                .text("team", person.team(seed))
                .text("plan", self.plan(person, at).id())
                .text("country", person.place().country)
                .text("user_agent", looker.agent.text)
                .fields(&format!(
                    ",\"metadata\":{{\"method\":\"{method}\",\"invited\":{}}}",
                    person.is_invited
                ));
        });
        let stay = Use {
            at: at + 1_500 + draw.below(6_000) as i64,
            queries: planned.depth,
            agent: looker.agent,
            is_first: true,
        };
        self.write_use(&mut draw, &mut writer, person, &stretch, stay);
    }

    fn looker<'a>(
        &self,
        person: &Person,
        anonymous_id: &'a str,
        stretch: &'a Stretch,
    ) -> Looker<'a> {
        Looker {
            anonymous_id,
            place: person.place(),
            agent: person.agent(self.settings.seed),
            session_id: &stretch.session_id,
        }
    }
}

impl Looker<'_> {
    /// Looks at pages, at least at `more` after the first; returns when the last one was opened.
    fn look(
        &self,
        draw: &mut Draw,
        writer: &mut Writer,
        at: i64,
        source: Source,
        more: u64,
    ) -> i64 {
        let landing = source
            .campaign
            .map_or_else(|| draw.choose(&LANDINGS), |campaign| campaign.landing);
        let mut url = format!("{SITE}{landing}");
        if let Some(campaign) = source.campaign {
            url.push_str(&format!(
                "?utm_source={}&utm_medium={}&utm_campaign={}",
                campaign.source, campaign.medium, campaign.name
            ));
            if campaign.medium == "cpc" {
                url.push_str("&gclid=demo");
            }
        }
        self.page(
            writer,
            at,
            &url,
            Some(source.referrer).filter(|referrer| !referrer.is_empty()),
        );
        let pages = if draw.chance(BOUNCES) {
            more
        } else {
            more + 1 + draw.count(1.3)
        };
        let (mut at, mut last) = (at, landing);
        for _ in 0..pages {
            let next = draw.choose(&FURTHER);
            if next == last {
                continue;
            }
            at += draw.log_normal(24_000.0, 0.9).clamp(2_000.0, 900_000.0) as i64;
            self.page(writer, at, &format!("{SITE}{next}"), None);
            last = next;
        }
        at
    }

    fn page(&self, writer: &mut Writer, at: i64, url: &str, referrer: Option<&str>) {
        writer.event(at, "page_view", |line: &mut Line| {
            line.text("anonymous_id", self.anonymous_id)
                .text("session_id", self.session_id)
                .text("country", self.place.country)
                .text("language", self.place.language)
                .text("user_agent", self.agent.text)
                .text("screen", self.agent.screen)
                .text("url", url);
            if let Some(referrer) = referrer {
                line.text("referrer", referrer);
            }
        });
    }
}

/// The number of a visitor by the day and place in it on which they first came.
fn visitor_key(seed: u64, day: i64, place: u64) -> u64 {
    [part::VISIT, day as u64, place].into_iter().fold(seed, mix)
}
