//! A lunch with things going wrong, twice on one morning's plan: once the service hears of each and plans anew, once
//! everybody keeps to the rounds of the morning. The faults are the same, and so is everything else.

mod faults;
mod lunch;
mod rider;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use self::{faults::Faults, lunch::Lunch};
use super::{
    super::report::{Bar, Report},
    Args,
    town::{Streets, Town},
};

/// Both lunches.
pub fn measure(args: &Args, streets: &Streets, report: &mut Report) -> Result<()> {
    let mut live = Town::new(args, streets)?;
    live.order_all()?;
    live.plan(args.seconds);
    let plan = live.last.clone().context("nothing was planned")?;
    let mut fixed = Town::new(args, streets)?;
    fixed.order_all()?;
    fixed.adopt(plan);
    let faults = Faults::draw(&live, &mut ChaCha8Rng::seed_from_u64(args.seed ^ 0xfau64));
    report.about(faults.told());
    let kept = Lunch::new(fixed, &faults, None).run()?;
    let replanned = Lunch::new(live, &faults, Some(args.replan_seconds)).run()?;
    report.figure("day_replans", replanned.plans as f64, "");
    report.figure("undelivered_static", kept.undelivered as f64, "meals nobody got, rounds of the morning");
    report.figure("undelivered_live", replanned.undelivered as f64, "the same, planned anew");
    report.figure(
        "late_static",
        kept.late as f64,
        "doors after their window or never, rounds of the morning",
    );
    report.figure("late_live", replanned.late as f64, "the same, planned anew");
    report.quotient("late_live", "late_static", Bar::AtMost(0.5));
    Ok(())
}
