//! Matters on the sheet: a step and what follows from it are one decision. What a second signature releases is booked with
//! it or not at all.

use domain::{
    calendar::Day,
    id::{MatterId, OrganisationId, UserId},
    order::Actor,
};
use schemas::account::{
    funding::Noted,
    matter::{Case, Matter, Step},
    person::Person,
};

use super::{
    refusal::Refusal,
    sheet::{Detail, Entry, Sheet, Told, entry},
    work::{Rated, Taken},
};
use crate::{
    matter::{self, Consequence, MatterRefusal},
    rulebook::Rulebook,
};

impl Sheet {
    pub(super) fn step(&mut self, taken: &Taken, rules: &Rulebook) -> Result<Option<Noted>, Refusal> {
        let Taken { id, matter: name, by, on, note, step } = taken;
        if let Step::Apply { elder, .. } = step
            && let Some(other) = self.matters.values().find(|other| {
                other.open
                    && other.id != *name
                    && other.elder.as_ref() == Some(elder)
                    && matches!(other.case, Case::Application(_))
            })
        {
            return Err(MatterRefusal::AlreadyOpen(other.id.clone()).into());
        }
        let grant_stopped = match step {
            Step::ProposeGrants { organisation, .. } => self.matters.values().any(|other| {
                other.organisation.as_ref() == Some(organisation) && matter::stops_grant(other, *on)
            }),
            _ => false,
        };
        let desk = matter::Desk { rules, today: *on, by, grant_stopped };
        let (mut matter, consequences) =
            matter::take(desk, name, self.matters.get(name).cloned(), step, note)?;
        if let Step::ProposeCorrection { order, .. } = step {
            let purse = self.holds.get(order).and_then(|key| self.purses.get(key));
            let purse = purse.ok_or(Refusal::UnknownHold)?;
            let organisation = purse.captured_by(order).ok_or(Refusal::NotCaptured)?;
            matter.organisation = Some(organisation.clone());
            matter.elder = Some(purse.key.elder.clone());
        }
        let told = self.follow(&matter, consequences, taken, rules)?;
        let answer = Some(Noted::Matter(Box::new(matter.clone())));
        let organisation = matter.organisation.clone();
        let order = matter.order.clone();
        self.keep(matter);
        let detail = Detail { by: by.user.as_ref(), reason: Some(step.name()), rule: None }.text();
        Ok(self.write(Entry {
            answer,
            detail,
            order,
            organisation,
            told,
            ..entry(id.to_string(), "step", Vec::new())
        }))
    }

    fn follow(
        &mut self,
        matter: &Matter,
        consequences: Vec<Consequence>,
        taken: &Taken,
        rules: &Rulebook,
    ) -> Result<Vec<Told>, Refusal> {
        let mut told = Vec::new();
        for consequence in consequences {
            match consequence {
                Consequence::Person(elder, person) => {
                    self.people.insert(elder.clone(), *person);
                    self.met.insert(elder);
                }
                Consequence::Unapproved(elder) => self.unapprove(elder),
                Consequence::Correct(order, change) => {
                    let by = signature(&taken.by)?;
                    let event = format!("correct.{}", matter.id);
                    self.correct(&event, &order, change, &taken.note, by, rules)?;
                }
                Consequence::Standing(organisation, stopped) => {
                    // Another matter may stop it still.
                    if stopped || !self.is_stopped(&organisation, &matter.id) {
                        told.push(Told::Standing { organisation, stopped, matter: matter.id.clone() });
                    }
                }
                Consequence::Rated(organisation, year, stars) => {
                    told.push(Told::Rated { organisation, year, stars, matter: matter.id.clone() });
                }
                Consequence::Open(other) => self.keep(*other),
            }
        }
        Ok(told)
    }

    fn is_stopped(&self, organisation: &OrganisationId, but_for: &MatterId) -> bool {
        self.matters.values().any(|other| {
            other.id != *but_for
                && other.organisation.as_ref() == Some(organisation)
                && matter::is_stopping(other)
        })
    }

    fn unapprove(&mut self, elder: domain::id::ElderId) {
        if let Some(person) = self.people.get_mut(&elder) {
            *person = Person { approved_on: None, ..person.clone() };
            self.met.insert(elder);
        }
    }

    pub(super) fn rated(&mut self, rated: &Rated, rules: &Rulebook) -> Option<Noted> {
        let Rated { order, elder, service, organisation, on, stars } = rated;
        let about = (order, elder, organisation);
        if let Some(matter) = matter::follow_up(rules, *on, about, *service, *stars) {
            self.keep(matter);
        }
        self.write(Entry {
            order: Some(order.clone()),
            organisation: Some(organisation.clone()),
            service_day: Some(*on),
            amount: i64::from(*stars),
            ..entry(format!("rated.{order}"), "rated", Vec::new())
        })
    }

    pub(super) fn ends(&mut self, id: &MatterId, today: Day) -> Option<Noted> {
        let (matter, consequences) = matter::ends(self.matters.get(id)?.clone(), today)?;
        for consequence in consequences {
            if let Consequence::Unapproved(elder) = consequence {
                self.unapprove(elder);
            }
        }
        self.keep(matter);
        self.write(entry(format!("ends.{id}.{today}"), "ends", Vec::new()))
    }

    fn keep(&mut self, matter: Matter) {
        self.moved.insert(matter.id.clone());
        self.matters.insert(matter.id.clone(), matter);
    }
}

fn signature(by: &Actor) -> Result<&UserId, Refusal> {
    by.user.as_ref().ok_or_else(|| MatterRefusal::Nobody.into())
}
