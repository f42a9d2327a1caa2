//! Who there is: people by the day on which they sign up, their accounts, and the shape of the whole.
//!
//! Built forward, a day at a time, so that a demo goes on for as long as it runs. Each person takes about fifty
//! bytes, also among the millions of a bench.

use crate::core::draw::Draw;
use crate::demo::campaign;
use crate::demo::funnel::{Habit, Stay};
use crate::demo::part;
use crate::demo::person::{Account, Person};
use crate::demo::place::{PLACES, draw_place};
use crate::demo::plan::{Journey, NEVER, Plan};
use crate::demo::rhythm::{self, DAY_MS};

/// Days that people are known ahead of their sign-up, for their first look at the site.
pub const LEAD_DAYS_MAX: u8 = 6;
/// Chance that somebody who signs up was invited by a colleague.
const INVITED: f64 = 0.30;
/// Chance of a first look some days before the sign-up.
const LOOKED_BEFORE: f64 = 0.38;
/// Accounts among which an invitation chooses the one that has paid the longest.
const INVITING: usize = 3;
/// Longest stay, in days, so that it fits its field however long the demo runs.
const STAY_DAYS_MAX: i64 = 20_000;

/// Size and place in time of a demo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorldSettings {
    /// What everything is drawn from.
    pub seed: u64,
    /// The day of the launch, counted from 1970.
    pub launch: i64,
    /// Days of the history that is filled at first; growth and incidents lie in it.
    pub days: u32,
    /// Sign-ups of the history, without what campaigns add.
    pub sign_ups: f64,
    /// Visits to the site that lead to no sign-up, for each one that does.
    pub visits_per_sign_up: f64,
    /// Share of sessions and visits that happen; less than 1 makes a set of an exact size.
    pub keep: f64,
    /// Milliseconds by which the moment in an id is later than that of its event.
    pub ids_ahead: i64,
}

/// The people of a demo, as far as they have been asked for.
pub struct World {
    /// Size and place in time.
    pub settings: WorldSettings,
    /// Everybody, in order of their day.
    pub people: Vec<Person>,
    /// Their accounts.
    pub accounts: Vec<Account>,
    /// Accounts that begin a trial some day.
    pub trying: Vec<u32>,
    /// The number of the first person of each day since the launch.
    firsts: Vec<u32>,
}

impl WorldSettings {
    /// The demo of a small product: about two thousand people in ninety days.
    pub fn demo(seed: u64, launch: i64, days: u32) -> WorldSettings {
        WorldSettings {
            seed,
            launch,
            days,
            sign_ups: 1_730.0 * f64::from(days) / 90.0,
            visits_per_sign_up: 12.0,
            keep: 1.0,
            ids_ahead: 0,
        }
    }

    /// Days between the launch and the day `day` since 1970.
    pub fn age(&self, day: i64) -> i64 {
        day - self.launch
    }

    /// How much of the history has passed at a moment, from 0; 1 and more is after it.
    pub fn through(&self, at: i64) -> f64 {
        (at - self.launch * DAY_MS) as f64 / (f64::from(self.days) * DAY_MS as f64)
    }

    /// Sign-ups that are expected on a day.
    pub fn sign_ups_on(&self, day: i64) -> f64 {
        let age = self.age(day);
        self.usual(age, day) * campaign::sign_ups_factor(age, self.days)
    }

    /// Visits without a sign-up that are expected on a day.
    pub fn visits_on(&self, day: i64) -> f64 {
        let age = self.age(day);
        self.usual(age, day) * self.visits_per_sign_up * campaign::visits_factor(age, self.days)
    }

    fn usual(&self, age: i64, day: i64) -> f64 {
        let mean = self.sign_ups / f64::from(self.days);
        mean * rhythm::growth(age, self.days) * rhythm::weekday_factor(day)
    }
}

impl World {
    /// A world in which nobody has been asked for yet.
    pub fn new(settings: WorldSettings) -> World {
        World {
            settings,
            people: Vec::new(),
            accounts: Vec::new(),
            trying: Vec::new(),
            firsts: Vec::new(),
        }
    }

    /// Makes sure that everybody who signs up until the end of `day` is known.
    pub fn build(&mut self, day: i64) {
        while (self.firsts.len() as i64) <= self.settings.age(day) {
            let next = self.settings.launch + self.firsts.len() as i64;
            self.firsts.push(self.people.len() as u32);
            let seed = self.settings.seed;
            let mut draw = Draw::part(seed, &[part::DAY, next as u64]);
            for _ in 0..draw.count(self.settings.sign_ups_on(next)) {
                self.add(next);
            }
        }
    }

    /// Those who sign up on `day`, which must be built.
    pub fn joining(&self, day: i64) -> &[Person] {
        let age = self.settings.age(day);
        let Ok(place) = usize::try_from(age) else {
            return &[];
        };
        let end = self
            .firsts
            .get(place + 1)
            .map_or(self.people.len(), |first| *first as usize);
        match self.firsts.get(place) {
            Some(first) => &self.people[*first as usize..end],
            None => &[],
        }
    }

    /// Those who have signed up before `day`, which must be built.
    pub fn joined_before(&self, day: i64) -> &[Person] {
        match usize::try_from(self.settings.age(day)) {
            Ok(place) => {
                &self.people[..self
                    .firsts
                    .get(place)
                    .map_or(self.people.len(), |first| *first as usize)]
            }
            Err(_) => &[],
        }
    }

    /// What a person's account has at a moment.
    pub fn plan(&self, person: &Person, at: i64) -> Plan {
        self.accounts[person.account as usize].journey.plan(at)
    }

    fn add(&mut self, day: i64) {
        let number = self.people.len() as u32;
        let mut draw = Draw::part(self.settings.seed, &[part::PERSON, u64::from(number)]);
        let place = draw_place(&mut draw);
        let ahead_minutes = PLACES[usize::from(place)].0.ahead_minutes;
        let joined_at = rhythm::draw_moment(&mut draw, day, ahead_minutes);
        let habit = Habit::draw(&mut draw);
        let mut stay = Stay::draw(&mut draw, habit);
        let is_invited = !self.accounts.is_empty() && draw.chance(INVITED);
        let lead = 1 + draw.below(u64::from(LEAD_DAYS_MAX));
        let lead_days = if draw.chance(LOOKED_BEFORE) {
            lead as u8
        } else {
            0
        };
        let journey = Journey::draw(&mut draw, habit, joined_at);
        let account = if is_invited {
            let account = self.inviting(&mut draw);
            self.accounts[account as usize].members += 1;
            account
        } else {
            if journey.paid_at != NEVER {
                // Whoever pays uses it.
                let paid_until =
                    (journey.ends_at.saturating_sub(joined_at) / DAY_MS).min(STAY_DAYS_MAX);
                stay.leaves = stay.leaves.max(paid_until as u16);
            }
            let account = self.accounts.len() as u32;
            if journey.trial_at != NEVER {
                self.trying.push(account);
            }
            self.accounts.push(Account {
                owner: number,
                members: 1,
                journey,
            });
            account
        };
        self.people.push(Person {
            number,
            joined_at,
            stay,
            account,
            habit,
            place,
            is_invited,
            lead_days,
        });
    }

    fn inviting(&self, draw: &mut Draw) -> u32 {
        let candidate = |_| draw.below(self.accounts.len() as u64) as u32;
        let candidates: [u32; INVITING] = std::array::from_fn(candidate);
        let paid_at = |account: &u32| self.accounts[*account as usize].journey.paid_at;
        candidates.into_iter().min_by_key(paid_at).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_has_about_two_thousand_people_in_its_ninety_days() {
        let mut world = World::new(WorldSettings::demo(1, 20_000, 90));
        world.build(20_089);
        let people = world.people.len();
        assert!((1_800..=2_250).contains(&people), "{people}");
        let joined: usize = (20_000..20_090).map(|day| world.joining(day).len()).sum();
        assert_eq!(joined, people);
        assert_eq!(world.joined_before(20_090).len(), people);
        assert!(world.joined_before(20_000).is_empty() && world.joining(19_999).is_empty());
    }

    #[test]
    fn people_do_not_depend_on_how_far_the_world_is_built_at_once() {
        let built = |steps: &[i64]| {
            let mut world = World::new(WorldSettings::demo(5, 20_000, 90));
            steps.iter().for_each(|day| world.build(*day));
            format!("{:?} {:?}", world.people, world.accounts)
        };
        assert_eq!(built(&[20_030]), built(&[20_003, 20_004, 20_030]));
    }

    #[test]
    fn whoever_pays_stays_at_least_as_long() {
        let mut world = World::new(WorldSettings::demo(2, 20_000, 90));
        world.build(20_089);
        let paying: Vec<&Account> = world
            .accounts
            .iter()
            .filter(|account| account.journey.paid_at != NEVER)
            .collect();
        assert!(paying.len() > 60, "{}", paying.len());
        for account in paying {
            let owner = &world.people[account.owner as usize];
            let last_day =
                (account.journey.ends_at.min(20_300 * DAY_MS) - owner.joined_at) / DAY_MS;
            assert!(i64::from(owner.stay.leaves) >= last_day.min(STAY_DAYS_MAX));
        }
    }
}
