//! Which rule with which article gave which result, in words an auditor can follow.

use std::fmt::Write as _;

use domain::calendar::Day;
use schemas::account::{assessment::Amount, person::Person};

use super::{
    assess::{AssessError, Decision, decide},
    pack::Pack,
};

/// The explanation, one paragraph for each kind the city knows.
///
/// # Errors
/// [`AssessError`].
pub fn explain(pack: &Pack, person: &Person, on: Day) -> Result<String, AssessError> {
    let decisions = decide(pack, person, on)?;
    let mut text = String::new();
    if let Some((version, _)) = pack.version_on(on) {
        let until = version.ends().map_or(String::new(), |end| format!(", until before {end}"));
        line(
            &mut text,
            &format!(
                "{} {}: {} (version {}, from {}{until})",
                pack.city, pack.name, version.document, version.id, version.from
            ),
        );
        if let Some(extension) = &version.extension {
            line(&mut text, &format!("extended by {} ({})", extension.by, extension.ground));
        }
        for decision in &decisions {
            paragraph(&mut text, decision, |rule| {
                version
                    .rules
                    .get(rule)
                    .map_or((String::new(), String::new()), |rule| (rule.article.clone(), rule.says.clone()))
            });
        }
    }
    Ok(text)
}

fn paragraph(
    text: &mut String,
    decision: &Decision,
    rule: impl Fn(&super::pack::RuleId) -> (String, String),
) {
    let outcome = match decision.outcome {
        Ok(Amount::AmountFen(fen)) => format!("{}.{:02} yuan", fen / 100, fen % 100),
        Ok(Amount::Points(points)) => format!("{points} points"),
        Err(code) => format!("refused: {}", code.as_str()),
    };
    line(text, "");
    line(
        text,
        &format!("{}: {outcome}, by {} ({})", decision.kind.as_str(), decision.rule, decision.article),
    );
    for step in &decision.steps {
        let mark = if step.passed { "yes" } else { "no " };
        let (article, says) = rule(&step.rule);
        line(text, &format!("  {mark} {:4} {article}: {}", step.rule.as_str(), step.found));
        line(text, &format!("           {says}"));
    }
}

fn line(text: &mut String, content: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{content}");
}
