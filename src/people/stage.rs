//! In which stage of their life with the product a person is at the end of a day. Pure.
//!
//! The first rule that holds decides, so that the stages divide all people ever seen.

/// A stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Not seen for 30 days or more.
    Churned,
    /// Not seen for 14 days, or half as often as before.
    AtRisk,
    /// New, or the product has not helped yet.
    Activation,
    /// Young, or used more and more.
    Growth,
    /// The rest.
    Mature,
}

impl Stage {
    /// Every stage, the youngest first.
    pub const ALL: [Stage; 5] = [
        Stage::Activation,
        Stage::Growth,
        Stage::Mature,
        Stage::AtRisk,
        Stage::Churned,
    ];

    /// Its name in addresses.
    pub fn id(self) -> &'static str {
        match self {
            Stage::Churned => "churned",
            Stage::AtRisk => "at_risk",
            Stage::Activation => "activation",
            Stage::Growth => "growth",
            Stage::Mature => "mature",
        }
    }

    /// Its name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Stage::Churned => "Churned",
            Stage::AtRisk => "At risk",
            Stage::Activation => "Activation",
            Stage::Growth => "Growth",
            Stage::Mature => "Mature",
        }
    }

    /// What to do with those who are in it.
    pub fn advice(self) -> &'static str {
        match self {
            Stage::Churned => "Win back, or let go.",
            Stage::AtRisk => "Contact them.",
            Stage::Activation => "Help to the first value.",
            Stage::Growth => "Offer more.",
            Stage::Mature => "Keep, and ask for a referral.",
        }
    }

    /// The stage with this name.
    pub fn parse(text: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.id() == text)
    }
}

/// What decides a stage.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// Days since first seen.
    pub age: i64,
    /// Days since last active.
    pub rec: i64,
    /// Active days in the last 28.
    pub act28: u32,
    /// Active days in the 28 before.
    pub prev28: u32,
    /// Whether there were three qualifying events on two days within 14 days of the first.
    pub is_activated: bool,
}

/// The stage of somebody with these signs.
pub fn stage(signs: &Signs) -> Stage {
    let is_fading = signs.age >= 56 && signs.prev28 >= 4 && 2 * signs.act28 <= signs.prev28;
    // act28 >= 1.25 × max(prev28, 4), without fractions.
    let is_rising = 4 * signs.act28 >= 5 * signs.prev28.max(4);
    if signs.rec >= 30 {
        Stage::Churned
    } else if signs.rec >= 14 || is_fading {
        Stage::AtRisk
    } else if !signs.is_activated || signs.age < 14 {
        Stage::Activation
    } else if signs.age < 90 || is_rising {
        Stage::Growth
    } else {
        Stage::Mature
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_at_its_edge() {
        let usual = Signs {
            age: 200,
            rec: 1,
            act28: 10,
            prev28: 10,
            is_activated: true,
        };
        for (signs, wanted) in [
            (usual, Stage::Mature),
            (
                Signs {
                    rec: 30,
                    is_activated: false,
                    ..usual
                },
                Stage::Churned,
            ),
            (Signs { rec: 29, ..usual }, Stage::AtRisk),
            (Signs { rec: 14, ..usual }, Stage::AtRisk),
            (Signs { rec: 13, ..usual }, Stage::Mature),
            (Signs { act28: 5, ..usual }, Stage::AtRisk),
            (Signs { act28: 6, ..usual }, Stage::Mature),
            (
                Signs {
                    act28: 1,
                    prev28: 3,
                    ..usual
                },
                Stage::Mature,
            ),
            (
                Signs {
                    age: 55,
                    act28: 5,
                    ..usual
                },
                Stage::Growth,
            ),
            (
                Signs {
                    is_activated: false,
                    ..usual
                },
                Stage::Activation,
            ),
            (Signs { age: 13, ..usual }, Stage::Activation),
            (Signs { age: 14, ..usual }, Stage::Growth),
            (Signs { age: 89, ..usual }, Stage::Growth),
            (Signs { age: 90, ..usual }, Stage::Mature),
            (Signs { act28: 13, ..usual }, Stage::Growth),
            (Signs { act28: 12, ..usual }, Stage::Mature),
            (
                Signs {
                    act28: 5,
                    prev28: 0,
                    ..usual
                },
                Stage::Growth,
            ),
        ] {
            assert_eq!(stage(&signs), wanted, "{signs:?}");
        }
    }
}
