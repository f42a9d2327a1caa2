//! What a day holds, before it is written out: who comes, when, for what, and for how long.
//!
//! Cheap, so that a bench can count a set before it makes it.

use crate::core::draw::Draw;
use crate::demo::incident::{self, SPIKE};
use crate::demo::line::DemoEvent;
use crate::demo::part;
use crate::demo::person::Person;
use crate::demo::plan::{Plan, Turn};
use crate::demo::rhythm::{self, DAY_MS};
use crate::demo::world::{LEAD_DAYS_MAX, World};

/// Most queries of one session.
const QUERIES_MAX: f64 = 60.0;
/// Sessions of one person nearer together than this are one, in milliseconds.
const APART: i64 = 90 * 60_000;
/// Most calls of the night of large calls; all of them are in memory at once.
const SPIKE_CALLS_MAX: f64 = 20_000.0;

/// What somebody comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A visit that leads to nothing; `who` counts the visits of the day.
    Visit,
    /// A first look, days before the sign-up; `who` is the person.
    Look,
    /// The sign-up and the first use; `who` is the person.
    SignUp,
    /// Use of the product; `who` is the person.
    Session,
    /// The night of large calls; `who` is the account.
    Spike,
    /// A turn of an account's plan; `who` is the account.
    Turn(Turn),
}

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planned {
    /// When it begins, in milliseconds since 1970.
    pub at: i64,
    /// What it is.
    pub what: What,
    /// Whose it is.
    pub who: u32,
    /// Queries or calls.
    pub depth: u16,
}

impl World {
    /// Everything that begins on `day`, in order of time.
    pub fn plan_day(&mut self, day: i64) -> Vec<Planned> {
        let mut planned = Vec::new();
        if day < self.settings.launch {
            return planned;
        }
        self.build(day + i64::from(LEAD_DAYS_MAX));
        self.plan_visits(day, &mut planned);
        self.plan_sign_ups(day, &mut planned);
        for person in self.joined_before(day) {
            self.plan_sessions(person, day, &mut planned);
        }
        self.plan_turns(day, &mut planned);
        planned.sort_unstable();
        planned
    }

    /// The events of something that was planned, not in order.
    pub fn write(&self, planned: &Planned, out: &mut Vec<DemoEvent>) {
        match planned.what {
            What::Visit => self.write_visit(planned, out),
            What::Look => self.write_look(planned, out),
            What::SignUp => self.write_sign_up(planned, out),
            What::Session => self.write_session(planned, out),
            What::Spike => self.write_spike(planned, out),
            What::Turn(turn) => self.write_turn(planned, turn, out),
        }
    }

    /// A session of `person` that begins at `at`, as somebody like them uses the product.
    pub fn plan_session(draw: &mut Draw, person: &Person, at: i64) -> Planned {
        let queries = draw.log_normal(person.habit.likely().queries, 0.75);
        Planned {
            at,
            what: What::Session,
            who: person.number,
            depth: queries.round().clamp(1.0, QUERIES_MAX) as u16,
        }
    }

    fn plan_visits(&self, day: i64, planned: &mut Vec<Planned>) {
        let seed = self.settings.seed;
        let mut draw = Draw::part(seed, &[part::VISITS, day as u64]);
        let mean = self.settings.visits_on(day) * self.settings.keep;
        for who in 0..draw.count(mean) as u32 {
            // Nearly all visitors are where most people are; their own place is drawn with the visit.
            let ahead_minutes = draw.choose(&[(-360, 44), (60, 38), (330, 18)]);
            planned.push(Planned {
                at: rhythm::draw_moment(&mut draw, day, ahead_minutes),
                what: What::Visit,
                who,
                depth: 0,
            });
        }
    }

    fn plan_sign_ups(&self, day: i64, planned: &mut Vec<Planned>) {
        let seed = self.settings.seed;
        for person in self.joining(day) {
            let mut draw = Draw::part(seed, &[part::SIGN_UP, u64::from(person.number)]);
            let is_activated = draw.chance(person.habit.likely().activation);
            let session = World::plan_session(&mut draw, person, person.joined_at);
            planned.push(Planned {
                what: What::SignUp,
                depth: if is_activated { session.depth } else { 0 },
                ..session
            });
        }
        for ahead in 1..=LEAD_DAYS_MAX {
            let looking = self.joining(day + i64::from(ahead));
            for person in looking.iter().filter(|person| person.lead_days == ahead) {
                let mut draw = Draw::part(seed, &[part::LOOK, u64::from(person.number)]);
                planned.push(Planned {
                    at: rhythm::draw_moment(&mut draw, day, person.place().ahead_minutes),
                    what: What::Look,
                    who: person.number,
                    depth: 0,
                });
            }
        }
    }

    fn plan_sessions(&self, person: &Person, day: i64, planned: &mut Vec<Planned>) {
        let age = day - person.joined_at.div_euclid(DAY_MS);
        if !person.stay.holds(age) {
            return;
        }
        let likely = person.habit.likely();
        let mut draw = Draw::part(
            self.settings.seed,
            &[part::ACTIVE, u64::from(person.number), day as u64],
        );
        let chance = likely.days_a_week / 7.0 * rhythm::weekday_factor(day);
        if !draw.chance(chance.min(0.98)) {
            return;
        }
        let first = planned.len();
        for _ in 0..=draw.count(likely.more_sessions) {
            let at = rhythm::draw_moment(&mut draw, day, person.place().ahead_minutes);
            let session = World::plan_session(&mut draw, person, at);
            let is_apart = planned[first..]
                .iter()
                .all(|other| (other.at - at).abs() >= APART);
            let is_kept = self.settings.keep >= 1.0 || draw.chance(self.settings.keep);
            if is_apart && is_kept {
                planned.push(session);
            }
        }
    }

    fn plan_turns(&self, day: i64, planned: &mut Vec<Planned>) {
        let (from, to) = (day * DAY_MS, (day + 1) * DAY_MS);
        for account in &self.trying {
            for (at, turn) in self.accounts[*account as usize].journey.turns(from, to) {
                planned.push(Planned {
                    at,
                    what: What::Turn(turn),
                    who: *account,
                    depth: 0,
                });
            }
        }
        let settings = &self.settings;
        if incident::falls_on(SPIKE.days_before_end, settings.age(day), settings.days) {
            let at = from + SPIKE.begins;
            let usual_size = settings.sign_ups / f64::from(settings.days) / 20.0;
            let calls = (f64::from(SPIKE.calls) * usual_size).clamp(1.0, SPIKE_CALLS_MAX);
            let plan = |account: &&u32| self.accounts[**account as usize].journey.plan(at);
            let paying = self
                .trying
                .iter()
                .filter(|account| plan(account) >= Plan::Pro);
            // The first of the largest: whoever has most documents.
            if let Some(account) = paying.min_by_key(|account| std::cmp::Reverse(plan(account))) {
                planned.push(Planned {
                    at,
                    what: What::Spike,
                    who: *account,
                    depth: calls as u16,
                });
            }
        }
    }
}
