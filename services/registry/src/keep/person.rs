//! Somebody's data is destroyed: asked for by one person, done by another. What is left is the id, so that it never names
//! somebody else, and this record.

use schemas::registry::person::{Erasure, ErasureStage, PersonStep};

use super::{Desk, KeepRefusal, another};

pub(super) const fn is_open(it: &Erasure) -> bool {
    matches!(it.stage, ErasureStage::Asked)
}

/// The request after the step, and whether the person's key is destroyed with it.
pub(super) fn take(
    desk: Desk<'_>,
    person: &str,
    entry: Option<Erasure>,
    step: PersonStep,
) -> Result<(Erasure, bool), KeepRefusal> {
    let stage = entry.as_ref().map(|it| it.stage);
    let wrong = |stage| Err(KeepRefusal::WrongStep { step: step.name(), stage });
    let next = match (step, stage) {
        (PersonStep::AskErasure, None | Some(ErasureStage::Refused)) => ErasureStage::Asked,
        (PersonStep::Erase, Some(ErasureStage::Asked)) => {
            another(entry.as_ref().map_or(&[], |it| &it.record), "ask_erasure", desk.by)?;
            ErasureStage::Erased
        }
        (PersonStep::RefuseErasure, Some(ErasureStage::Asked)) => ErasureStage::Refused,
        (_, None) => return wrong("nothing asked for"),
        (_, Some(ErasureStage::Asked)) => return wrong("asked"),
        (_, Some(ErasureStage::Refused)) => return wrong("refused"),
        (_, Some(ErasureStage::Erased)) => return wrong("erased"),
    };
    let entry = entry.unwrap_or_else(|| Erasure {
        person: person.to_owned(),
        revision: 0,
        stage: ErasureStage::Asked,
        record: Vec::new(),
    });
    Ok((Erasure { stage: next, ..entry }, next == ErasureStage::Erased))
}
