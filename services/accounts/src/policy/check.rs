//! What the types alone do not forbid in a pack: dates that overlap, a rule that is not there, an amount below the
//! document's floor.

use std::collections::BTreeSet;

use super::pack::{KindRule, Pack, RuleId, Version};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable, in snake_case.
    pub code: &'static str,
    /// Where, what, and what to do.
    pub detail: String,
}

fn fault(code: &'static str, detail: String) -> Fault {
    Fault { code, detail }
}

/// Everything that is wrong with a pack; nothing for one that can be used.
pub fn check(pack: &Pack) -> Vec<Fault> {
    let mut faults = Vec::new();
    if pack.versions.is_empty() {
        faults.push(fault("no_version", format!("{} has no [[version]]; add one", pack.city)));
    }
    if pack.divisions.is_empty() {
        faults.push(fault(
            "no_division",
            format!("{} names no division; without one nobody lives there", pack.city),
        ));
    }
    dates(pack, &mut faults);
    for version in &pack.versions {
        faults.extend(unknown_rules(version));
        let mut seen = BTreeSet::new();
        for kind in &version.kinds {
            if !seen.insert(kind.kind) {
                let detail =
                    format!("version {} has two kinds {:?}; join them", version.id, kind.kind.as_str());
                faults.push(fault("kind_twice", detail));
            }
            amounts(version, kind, &mut faults);
        }
        money(version, &mut faults);
    }
    faults
}

fn dates(pack: &Pack, faults: &mut Vec<Fault>) {
    let mut versions: Vec<&Version> = pack.versions.iter().collect();
    versions.sort_by_key(|version| version.from);
    for version in &versions {
        if let Some(until) = version.until.filter(|until| *until <= version.from) {
            let detail =
                format!("version {} ends on {until}, not after its first day {}", version.id, version.from);
            faults.push(fault("empty_version", detail));
        }
        if let Some(extension) = &version.extension {
            let goes_further = version.until.is_some_and(|until| until < extension.until);
            if !goes_further || extension.by.trim().is_empty() {
                let detail = format!(
                    "the extension of version {} must name who grants it and end after the document does",
                    version.id
                );
                faults.push(fault("bad_extension", detail));
            }
        }
    }
    for pair in versions.windows(2) {
        let [earlier, later] = pair else { continue };
        if earlier.ends().is_none_or(|end| later.from < end) {
            let until = earlier.ends().map_or("no end".to_owned(), |end| format!("until {end}"));
            let detail = format!(
                "versions {} ({until}) and {} (from {}) overlap; set `until` of the earlier to {} or before",
                earlier.id, later.id, later.from, later.from
            );
            faults.push(fault("overlapping_dates", detail));
        }
        if earlier.id == later.id {
            faults.push(fault("version_twice", format!("two versions have the id {}", later.id)));
        }
    }
}

fn unknown_rules(version: &Version) -> Vec<Fault> {
    version
        .rules_used()
        .into_iter()
        .filter(|rule| !version.rules.contains_key(*rule))
        .map(|rule| {
            let detail = format!(
                "version {} refers to rule {rule}, which its [version.rules] do not have",
                version.id
            );
            fault("unknown_rule", detail)
        })
        .collect()
}

fn amounts(version: &Version, kind: &KindRule, faults: &mut Vec<Fault>) {
    let place = format!("version {}, kind {}", version.id, kind.kind.as_str());
    if kind.tiers.is_empty() {
        faults.push(fault("no_tier", format!("{place} has no tier; say who gets it")));
    }
    for tier in &kind.tiers {
        let place = format!("{place}, rule {}", tier.rule);
        if tier.any.is_empty() {
            faults.push(fault("no_condition", format!("{place}: `any` is empty, so nobody would get it")));
        }
        if tier.amount_fen.is_some() && tier.points.is_some() {
            faults.push(fault("two_amounts", format!("{place}: give fen or points, not both")));
        }
        let amounts =
            [tier.amount_fen, tier.points].into_iter().flatten().chain(tier.facility_fen.values().copied());
        if let Some(amount) = amounts.into_iter().find(|amount| *amount <= 0) {
            let detail = format!("{place}: {amount} is no amount; leave it out where none is set");
            faults.push(fault("invalid_amount", detail));
        }
        if let (Some(floor), Some(amount)) = (tier.floor_fen, tier.amount_fen)
            && amount < floor
        {
            let detail =
                format!("{place}: {amount} fen is below the document's floor of {floor} fen; raise it");
            faults.push(fault("below_floor", detail));
        }
        for condition in &tier.any {
            if let (Some(from), Some(below)) = (condition.age_from, condition.age_below)
                && below <= from
            {
                let detail = format!("{place}: from {from} and below {below} years is nobody");
                faults.push(fault("empty_condition", detail));
            }
        }
    }
}

fn money(version: &Version, faults: &mut Vec<Fault>) {
    let ledger = &version.ledger;
    if let Some(discount) = &ledger.self_pay_discount {
        let range = discount.at_least..=discount.at_most;
        if discount.at_most > 100 || range.is_empty() {
            let detail = format!("version {}: a discount of {range:?} percent cannot be", version.id);
            faults.push(fault("invalid_discount", detail));
        } else if let Some(percent) = discount.percent.filter(|percent| !range.contains(percent)) {
            let detail = format!(
                "version {}: the discount of {percent} percent lies outside {} to {}",
                version.id, discount.at_least, discount.at_most
            );
            faults.push(fault("invalid_discount", detail));
        }
    }
    let sums = [ledger.per_order_cap_fen, ledger.per_day_cap_fen, ledger.delivery_fee_fen];
    if sums.into_iter().flatten().any(|sum| sum < 0) {
        faults.push(fault("invalid_amount", format!("version {}: a cap or fee is below zero", version.id)));
    }
    if let (Some(order), Some(day)) = (ledger.per_order_cap_fen, ledger.per_day_cap_fen)
        && order > day
    {
        let detail = format!("version {}: an order may take {order} fen but a day only {day}", version.id);
        faults.push(fault("invalid_amount", detail));
    }
}

/// What the pack leaves unset although its document speaks of it: legal, and worth knowing.
pub fn gaps(pack: &Pack) -> Vec<String> {
    let mut gaps = Vec::new();
    for version in &pack.versions {
        let mut gap = |what: String| gaps.push(format!("version {}: {what} is not set", version.id));
        for kind in &version.kinds {
            for tier in &kind.tiers {
                if tier.amount_fen.is_none() && tier.points.is_none() && tier.facility_fen.is_empty() {
                    gap(format!("the amount of {} by {}", kind.kind.as_str(), tier.rule));
                }
            }
        }
        let ledger = &version.ledger;
        if let Some(rule) = &ledger.caps_rule {
            if ledger.per_order_cap_fen.is_none() {
                gap(format!("per_order_cap_fen ({rule})"));
            }
            if ledger.per_day_cap_fen.is_none() {
                gap(format!("per_day_cap_fen ({rule})"));
            }
        }
        if let Some(rule) = ledger.delivery_fee_rule.as_ref().filter(|_| ledger.delivery_fee_fen.is_none()) {
            gap(format!("delivery_fee_fen ({rule})"));
        }
        if let Some(discount) =
            ledger.self_pay_discount.as_ref().filter(|discount| discount.percent.is_none())
        {
            gap(format!("self_pay_discount.percent ({})", discount.rule));
        }
        for grant in version.grants.iter().filter(|grant| grant.amount.is_none() && !grant.against_invoice) {
            gap(format!("the amount of the {:?} grant ({})", grant.kind, grant.rule));
        }
    }
    gaps
}

impl Version {
    /// Every rule some part of the pack refers to.
    pub fn rules_used(&self) -> BTreeSet<&RuleId> {
        let mut used = BTreeSet::new();
        for kind in &self.kinds {
            used.insert(&kind.rule);
            let named = [
                &kind.registered,
                &kind.resident,
                &kind.approval,
                &kind.ends_with_death,
                &kind.ends_in_institution,
                &kind.ends_with_family_bed,
                &kind.excludes_insured,
            ];
            used.extend(named.into_iter().flatten());
            used.extend(kind.tiers.iter().map(|tier| &tier.rule));
        }
        let (ledger, service) = (&self.ledger, &self.service);
        let named = [
            &ledger.zeroing_rule,
            &ledger.caps_rule,
            &ledger.delivery_fee_rule,
            &ledger.designated_only,
            &ledger.services_only,
            &self.settlement.rule,
            &service.walking_self_reliant,
            &service.lunch_ordered_same_day,
            &service.certified_staff,
        ];
        used.extend(named.into_iter().flatten());
        used.extend(ledger.self_pay_discount.iter().map(|discount| &discount.rule));
        used.extend(self.approval.iter().flat_map(|approval| &approval.rules));
        used.extend(&self.quality.rules);
        used.extend(self.facility.iter().flat_map(|facility| &facility.rules));
        used.extend(self.grants.iter().map(|grant| &grant.rule));
        used.extend(service.priority.iter().map(|priority| &priority.rule));
        used.extend(service.identification.iter().map(|identification| &identification.rule));
        used.extend(service.bathing.iter().map(|bathing| &bathing.rule));
        used.extend(service.devices.iter().map(|devices| &devices.rule));
        used
    }
}
