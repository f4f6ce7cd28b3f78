//! What dies, and when: the schedule of a run, carried out one death after the other.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use rand::{Rng, RngExt};

use super::{
    cluster::Fault,
    gate::{Gate, Side},
    ground::Ground,
    presses::{EVER, Pressing},
};
use crate::measure::emergency::program::Program;

/// A point that is not reached within so long is given up and the process killed where it is.
const POINT_WITHIN: Duration = Duration::from_secs(5);
/// A fault of a node lasts until so many were answered in spite of it …
const ANSWERED_MEANWHILE: usize = 20;
/// … or so long.
const FAULT_LASTS: Duration = Duration::from_secs(20);

/// Who dies, and at which point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// emergency-call, at a random instant.
    Service,
    /// emergency-call, at its n-th write from now on.
    AtWrite(u32, Side),
    /// emergency-call, at the n-th write of its life, those of taking over among them.
    AtWriteOfLife(u32, Side),
    /// The edge, at a random instant.
    Edge,
    /// nats-server, at a random instant.
    Server,
    /// A node of the cluster.
    Node(Fault),
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |side: &Side| if *side == Side::Before { "before" } else { "after" };
        match self {
            Self::Service => f.write_str("service"),
            Self::AtWrite(n, s) => write!(f, "service-{}-write-{n}", side(s)),
            Self::AtWriteOfLife(n, s) => write!(f, "service-{}-write-{n}-of-life", side(s)),
            Self::Edge => f.write_str("edge"),
            Self::Server => f.write_str("nats"),
            Self::Node(fault) => write!(f, "node-{fault}"),
        }
    }
}

impl Death {
    /// The n-th death of a run. Points move on by one write every tenth death, both sides of each.
    pub fn nth(n: usize, ground: &Ground) -> Self {
        let three = matches!(ground, Ground::Three(_));
        let write = (n / 10 + 1) as u32;
        let side = if (n / 5).is_multiple_of(2) { Side::Before } else { Side::After };
        match n % 5 {
            0 if !three => Self::AtWrite(write, side),
            1 if !three => Self::AtWriteOfLife(write, side),
            3 => Self::Edge,
            4 if three => {
                Self::Node(Fault::ALL.get(n / 5 % Fault::ALL.len()).copied().unwrap_or(Fault::Stopped))
            }
            4 => Self::Server,
            _ => Self::Service,
        }
    }
}

/// Everything that can die.
pub struct Victims {
    /// The streams' servers.
    pub ground: Ground,
    /// emergency-call.
    pub service: Program,
    /// command-center.
    pub edge: Program,
    /// Between emergency-call and a single server.
    pub gate: Option<Gate>,
    /// How often somebody ended by themselves.
    pub revived: usize,
}

/// Carries out so many deaths, spread over the calls; gives the schedule as it was, `what@ms`.
///
/// # Errors
/// If somebody cannot be brought back, or the calls do not get on.
pub async fn carry_out(
    victims: &mut Victims,
    (kills, alarms): (usize, usize),
    pressing: &Pressing,
    rng: &mut impl Rng,
) -> Result<Vec<String>> {
    let began = Instant::now();
    let mut schedule = Vec::with_capacity(kills);
    for n in 0..kills {
        // Not before its share was answered: deaths spread over the whole run.
        while pressing.answered() < alarms * n / kills.max(1) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            victims.revive()?;
            ensure!(began.elapsed() < EVER * 6, "the run does not get on; see the log of emergency-call");
        }
        tokio::time::sleep(Duration::from_micros(rng.random_range(0..60_000))).await;
        let death = Death::nth(n, &victims.ground);
        schedule.push(format!("{death}@{}", began.elapsed().as_millis()));
        victims.die(death, n, pressing).await?;
    }
    Ok(schedule)
}

impl Victims {
    /// Whoever ended by themselves is started again.
    ///
    /// # Errors
    /// If somebody cannot be.
    pub fn revive(&mut self) -> Result<()> {
        self.revived += usize::from(self.service.revive()?) + usize::from(self.edge.revive()?);
        Ok(())
    }

    async fn die(&mut self, death: Death, turn: usize, pressing: &Pressing) -> Result<()> {
        match death {
            Death::Service => self.service.kill(),
            Death::AtWrite(write, side) => {
                self.until_shut(write, side, false).await?;
                self.service.kill();
            }
            Death::AtWriteOfLife(write, side) => {
                self.service.kill();
                self.until_shut(write, side, true).await?;
                self.service.kill();
            }
            Death::Edge => {
                self.edge.kill();
                return self.edge.start();
            }
            Death::Server => return self.ground.kill(),
            Death::Node(fault) => return self.befall(turn / 5, fault, pressing).await,
        }
        self.service.start()
    }

    async fn until_shut(&mut self, write: u32, side: Side, start: bool) -> Result<()> {
        let reached = self.gate.as_ref().map(|gate| gate.shut_at(write, side));
        if start {
            self.service.start()?;
        }
        if let (Some(reached), Some(gate)) = (reached, &self.gate) {
            // Too few writes are left at the very end of a run.
            let _ = tokio::time::timeout(POINT_WITHIN, reached).await;
            gate.leave_open();
        }
        Ok(())
    }

    async fn befall(&mut self, turn: usize, fault: Fault, pressing: &Pressing) -> Result<()> {
        let Ground::Three(cluster) = &mut self.ground else { return Ok(()) };
        let number = cluster.number(turn);
        cluster.strike(number, fault)?;
        let (since, before) = (Instant::now(), pressing.answered());
        while pressing.answered() < before + ANSWERED_MEANWHILE && since.elapsed() < FAULT_LASTS {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        cluster.heal(number, fault).await
    }
}
