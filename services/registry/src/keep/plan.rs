//! A care plan's life. Orders that it made and no longer wants are taken back by `ahead`, which looks at how the plan
//! stands: a step only says what is wanted.

use domain::{calendar::Day, id::PlanId};
use schemas::registry::plan::{CarePlan, PlanStage, PlanStep, Visit};

use super::KeepRefusal;

/// So many days may be left out ahead.
const MAX_SKIPPED: usize = 100;

pub(super) const fn is_open(it: &CarePlan) -> bool {
    !matches!(it.stage, PlanStage::Ended)
}

pub(super) fn begin(id: &PlanId, step: &PlanStep) -> Result<CarePlan, KeepRefusal> {
    let PlanStep::Begin { elder, visit } = step else { return Err(KeepRefusal::Unknown(id.to_string())) };
    sound(visit)?;
    Ok(CarePlan {
        id: id.clone(),
        elder: elder.clone(),
        revision: 0,
        visit: visit.clone(),
        stage: PlanStage::Running,
        skipped: [].into(),
        record: Vec::new(),
    })
}

pub(super) fn take(mut it: CarePlan, step: &PlanStep) -> Result<CarePlan, KeepRefusal> {
    let stage = match it.stage {
        PlanStage::Running => "running",
        PlanStage::Paused => "paused",
        PlanStage::Ended => "ended",
    };
    match (step, it.stage) {
        (PlanStep::Change { visit }, PlanStage::Running | PlanStage::Paused) => {
            sound(visit)?;
            it.visit = visit.clone();
        }
        (PlanStep::Pause, PlanStage::Running) => it.stage = PlanStage::Paused,
        (PlanStep::Resume, PlanStage::Paused) => it.stage = PlanStage::Running,
        (PlanStep::Skip { day }, PlanStage::Running | PlanStage::Paused) => skip(&mut it, *day)?,
        (PlanStep::End, PlanStage::Running | PlanStage::Paused) => it.stage = PlanStage::Ended,
        _ => return Err(KeepRefusal::WrongStep { step: step.name(), stage }),
    }
    Ok(it)
}

fn skip(it: &mut CarePlan, day: Day) -> Result<(), KeepRefusal> {
    it.skipped.insert(day);
    if it.skipped.len() > MAX_SKIPPED {
        return Err(KeepRefusal::TooMany(MAX_SKIPPED));
    }
    Ok(())
}

fn sound(visit: &Visit) -> Result<(), KeepRefusal> {
    let out = |what, range: &str| Err(KeepRefusal::OutOfRange { what, range: range.to_owned() });
    if visit.weekdays.is_empty() {
        return out("the days of the week", "one of them at least");
    }
    if visit.starts >= 1440 || visit.within > 480 {
        return out("the time", "a minute of the day, and 480 minutes later at most");
    }
    if visit.minutes.is_some_and(|minutes| !(5..=480).contains(&minutes)) {
        return out("the length", "5 to 480 minutes");
    }
    if visit.until.is_some_and(|until| until < visit.from) {
        return out("the last day", "not before the first");
    }
    Ok(())
}
