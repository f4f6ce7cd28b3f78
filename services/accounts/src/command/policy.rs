//! Commands on policy packs: assess, explain, check, diff, try.

use std::{
    fs::{self, File},
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};

use accounts::policy::{self, Pack, check, diff::diff, explain::explain, trial::trial};
use anyhow::{Context, Result, bail};
use domain::calendar::{Day, Month};
use schemas::account::person::Person;

/// What can be done with packs.
#[derive(Debug, clap::Subcommand)]
pub enum Policy {
    /// What a city gives a person on a day, and what it refuses, as JSON.
    #[command(
        after_help = "Example: accounts assess --policy policies/changji.toml --person P.json --on 2026-03-15"
    )]
    Assess(Case),
    /// Which rule with which article gave which result.
    #[command(
        after_help = "Example: accounts explain --policy policies/changji.toml --person P.json --on 2026-03-15"
    )]
    Explain(Case),
    /// Checks packs, and lists what they leave unset.
    #[command(after_help = "Example: accounts check policies/*.toml")]
    Check {
        /// The packs.
        #[arg(required = true)]
        packs: Vec<PathBuf>,
    },
    /// What changes between two packs.
    Diff {
        /// The pack in force.
        before: PathBuf,
        /// The pack to come.
        after: PathBuf,
    },
    /// Tries a pack on a recorded month before it is switched on; the result as JSON.
    #[command(
        after_help = "Example: accounts try --policy new.toml --against policies/changji.toml --month 2026-03 --record march.jsonl

Each line of the record is {\"elder\":…,\"person\":{…},\"spent\":{\"service_allowance\":12000}}."
    )]
    Try {
        /// The pack on trial.
        #[arg(long)]
        policy: PathBuf,
        /// The pack in force.
        #[arg(long)]
        against: PathBuf,
        /// Which month.
        #[arg(long)]
        month: Month,
        /// The recorded month, JSON lines.
        #[arg(long)]
        record: PathBuf,
    },
}

/// One person on one day.
#[derive(Debug, clap::Args)]
pub struct Case {
    /// The city's pack.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The person, JSON.
    #[arg(long, value_name = "FILE")]
    person: PathBuf,
    /// The day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Day,
}

impl Case {
    fn read(&self) -> Result<(Pack, Person)> {
        Ok((policy::load(&self.policy)?, read_person(&self.person)?))
    }
}

impl Policy {
    /// Runs one command.
    pub fn run(self) -> Result<()> {
        let mut out = io::stdout().lock();
        match self {
            Self::Assess(case) => {
                let (pack, person) = case.read()?;
                let assessment = policy::assess(&pack, &person, case.on)?;
                writeln!(out, "{}", serde_json::to_string(&assessment)?)?;
            }
            Self::Explain(case) => {
                let (pack, person) = case.read()?;
                write!(out, "{}", explain(&pack, &person, case.on)?)?;
            }
            Self::Check { packs } => return check_all(&packs, &mut out),
            Self::Diff { before, after } => {
                for change in diff(&policy::load(&before)?, &policy::load(&after)?)? {
                    writeln!(out, "{change}")?;
                }
            }
            Self::Try { policy: new, against, month, record } => {
                let (new, old) = (policy::load(&new)?, policy::load(&against)?);
                let file =
                    File::open(&record).with_context(|| format!("cannot read {}", record.display()))?;
                let trial = trial(&old, &new, month, BufReader::new(file))?;
                writeln!(out, "{}", serde_json::to_string_pretty(&trial)?)?;
            }
        }
        Ok(())
    }
}

fn check_all(packs: &[PathBuf], out: &mut impl Write) -> Result<()> {
    let mut faulty = 0;
    for file in packs {
        match policy::load(file) {
            Ok(pack) => {
                writeln!(out, "{}: sound, {} version(s)", file.display(), pack.versions.len())?;
                for gap in check::gaps(&pack) {
                    writeln!(out, "  gap: {gap}")?;
                }
            }
            Err(error) => {
                faulty += 1;
                writeln!(out, "{error}")?;
            }
        }
    }
    if faulty > 0 {
        bail!("{faulty} of {} packs cannot be used", packs.len());
    }
    Ok(())
}

fn read_person(file: &Path) -> Result<Person> {
    let text = fs::read_to_string(file).with_context(|| format!("person_unreadable: {}", file.display()))?;
    let mut json = serde_json::Deserializer::from_str(&text);
    let person = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        anyhow::anyhow!("person_malformed: {}: at {path}: {}", file.display(), error.into_inner())
    })?;
    json.end().with_context(|| format!("person_malformed: {}: more than one document", file.display()))?;
    Ok(person)
}
