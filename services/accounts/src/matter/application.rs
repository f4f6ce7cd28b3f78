//! An application for the allowance (Changji § 5): the community surveys within ten working days and posts a notice for
//! five, the street reviews within five, the bureau decides within five; served from the next month, checked again within
//! a year, stopped the month after it no longer holds.

use std::collections::BTreeSet;

use domain::{
    calendar::Day,
    id::{ElderId, MatterId},
};
use schemas::account::{
    matter::{Applicant, Application, ApplicationStage, Case, Evidence, Matter, Step},
    person::Person,
};

use super::{Consequence, Desk, Done, MatterRefusal, closed, moved, new, other_than, wrong};
use crate::policy::pack::Approval;

pub(super) fn open(
    desk: Desk<'_>,
    id: &MatterId,
    elder: &ElderId,
    applicant: Applicant,
    evidence: &BTreeSet<Evidence>,
) -> Result<Matter, MatterRefusal> {
    let days = procedure(desk)?.working_days.survey;
    let case = Case::Application(Application {
        applicant,
        evidence: evidence.clone(),
        found: None,
        stage: ApplicationStage::Survey,
    });
    Ok(Matter { elder: Some(elder.clone()), ..new(id, case, Some(desk.within(days))) })
}

fn procedure(desk: Desk<'_>) -> Result<&Approval, MatterRefusal> {
    let version = desk.rules.pack.version_on(desk.today).map(|(version, _)| version);
    version.and_then(|v| v.approval.as_ref()).ok_or(MatterRefusal::NoProcedure("applications"))
}

pub(super) fn go_on(desk: Desk<'_>, matter: Matter, step: &Step) -> Done {
    let days = &procedure(desk)?.working_days;
    let (Case::Application(application), Some(elder)) = (matter.case.clone(), matter.elder.clone()) else {
        return Err(wrong(&matter, step));
    };
    let at = |stage| Case::Application(Application { stage, ..application.clone() });
    let alone = |matter| Ok((matter, Vec::new()));
    match (&application.stage, step) {
        (ApplicationStage::Survey, Step::Survey { found }) => {
            let mistake = found.check(desk.today).err();
            if let Some(mistake) = mistake {
                return Err(MatterRefusal::OutOfRange { what: mistake.member, range: mistake.detail });
            }
            // The notice follows the survey (reading); where the city reads it otherwise, it hung meanwhile.
            let follows = desk.version()?.readings.notice_follows_survey;
            let until = if follows { desk.within(days.notice) } else { desk.today };
            let case = Case::Application(Application {
                found: Some(found.clone()),
                stage: ApplicationStage::Notice { until },
                ..application
            });
            let due = desk.rules.calendar.after(until, days.street);
            alone(moved(matter, case, Some(due)))
        }
        (ApplicationStage::Notice { .. }, Step::Object) => {
            let due = desk.within(days.survey);
            alone(moved(matter, at(ApplicationStage::Survey), Some(due)))
        }
        (ApplicationStage::Notice { until }, Step::Review { in_order }) => {
            if desk.today <= *until && desk.version()?.readings.notice_follows_survey {
                return Err(MatterRefusal::NoticeHangs(*until));
            }
            other_than(&matter, &["survey"], desk.by)?;
            let (stage, days) = if *in_order {
                (ApplicationStage::Decision, days.bureau)
            } else {
                (ApplicationStage::Survey, days.survey)
            };
            alone(moved(matter, at(stage), Some(desk.within(days))))
        }
        (ApplicationStage::Decision, Step::Decide { approve }) => {
            other_than(&matter, &["survey", "review"], desk.by)?;
            if !approve {
                let due = desk.within(days.bureau);
                return alone(moved(matter, at(ApplicationStage::Refused), Some(due)));
            }
            let found = application.found.clone().ok_or_else(|| wrong(&matter, step))?;
            let person = Person { approved_on: Some(desk.today), ..found };
            let from = desk.today.month().next().first();
            entitled(desk, &person, from)?;
            let check_by = procedure(desk)?.recheck_months.map(|months| from.plus_months(months));
            let case = at(ApplicationStage::Approved { from, check_by });
            let consequence = Consequence::Person(elder, Box::new(person));
            Ok((Matter { open: check_by.is_some(), ..moved(matter, case, check_by) }, vec![consequence]))
        }
        (ApplicationStage::Refused, Step::Tell) => alone(closed(matter, at(ApplicationStage::Told))),
        (
            ApplicationStage::Survey | ApplicationStage::Notice { .. } | ApplicationStage::Decision,
            Step::Withdraw,
        ) => alone(closed(matter, at(ApplicationStage::Withdrawn))),
        (ApplicationStage::Approved { from, .. }, Step::Check { eligible: true }) => {
            let months = procedure(desk)?.recheck_months;
            let check_by = months.map(|months| desk.today.plus_months(months));
            alone(moved(matter, at(ApplicationStage::Approved { from: *from, check_by }), check_by))
        }
        (ApplicationStage::Approved { .. }, Step::Check { eligible: false }) => {
            let on = desk.today.month().next().first();
            alone(moved(matter, at(ApplicationStage::Ending { on }), Some(on)))
        }
        _ => Err(wrong(&matter, step)),
    }
}

/// A decision follows the rules: what they do not give is not approved.
fn entitled(desk: Desk<'_>, person: &Person, from: Day) -> Result<(), MatterRefusal> {
    let decided = crate::policy::decide(&desk.rules.pack, person, from).map_err(|error| {
        MatterRefusal::OutOfRange { what: "what the survey found", range: error.to_string() }
    })?;
    let mut refused = None;
    for decision in decided {
        match decision.outcome {
            Ok(_) => return Ok(()),
            Err(code) => {
                refused.get_or_insert(MatterRefusal::NotEntitled {
                    code: code.as_str(),
                    rule: decision.rule.to_string(),
                });
            }
        }
    }
    Err(refused.unwrap_or(MatterRefusal::NoProcedure("any support")))
}

/// An end takes effect on its day.
pub(super) fn ends(matter: Matter, today: Day) -> Option<(Matter, Vec<Consequence>)> {
    let (Case::Application(application), Some(elder)) = (matter.case.clone(), matter.elder.clone()) else {
        return None;
    };
    match application.stage {
        ApplicationStage::Ending { on } if on <= today => {
            let case = Case::Application(Application { stage: ApplicationStage::Ended, ..application });
            Some((closed(matter, case), vec![Consequence::Unapproved(elder)]))
        }
        _ => None,
    }
}
