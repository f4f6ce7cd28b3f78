//! Commands on the books: backup, restore, settle, approve, statement.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::PathBuf,
};

use accounts::{
    ProgramConfig,
    ledger::Terms,
    rulebook::Rulebook,
    statement,
    store::{Period, SettlementError, Store},
};
use anyhow::{Context as _, Result};
use domain::id::UserId;
use runtime::{Context, config::Cli};
use schemas::account::assessment::Kind;

/// What can be done with the books. All take the service's own configuration.
#[derive(Debug, clap::Subcommand)]
pub enum Books {
    /// Writes everything to a file, as of one moment; the service may go on.
    #[command(after_help = "Example: accounts backup --config accounts.toml --to accounts.backup")]
    Backup {
        #[command(flatten)]
        program: Cli,
        /// The file.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Brings a backup into an empty database, SQLite or PostgreSQL, whichever it came from.
    #[command(after_help = "Example: accounts restore --config accounts.toml --from accounts.backup")]
    Restore {
        #[command(flatten)]
        program: Cli,
        /// The file.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Draws the settlement of a month or quarter that is over: fixes which entries it counts.
    #[command(after_help = "Example: accounts settle --config accounts.toml --period 2026-Q1 --by u1")]
    Settle(Signed),
    /// Approves a settlement that someone else drew: what is owed counts as paid.
    #[command(after_help = "Example: accounts approve --config accounts.toml --period 2026-Q1 --by u2")]
    Approve(Signed),
    /// Writes a settlement's statements, a workbook for each organisation.
    #[command(
        after_help = "Example: accounts statement --config accounts.toml --period 2026-03 --to statements"
    )]
    Statement {
        #[command(flatten)]
        program: Cli,
        /// A month (2026-03) or a quarter (2026-Q1).
        #[arg(long)]
        period: Period,
        /// The folder.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// On paper as well: a PDF for each organisation, to print and sign.
        #[arg(long)]
        paper: bool,
    },
    /// The public list: item, content, standard, price, subsidy, self-pay; as JSON.
    Catalogue {
        #[command(flatten)]
        program: Cli,
    },
    /// What every account holds, from the transfers alone.
    TrialBalance {
        #[command(flatten)]
        program: Cli,
    },
}

/// A period, and who signs.
#[derive(Debug, clap::Args)]
pub struct Signed {
    #[command(flatten)]
    program: Cli,
    /// A month (2026-03) or a quarter (2026-Q1).
    #[arg(long)]
    period: Period,
    /// Who.
    #[arg(long)]
    by: UserId,
}

impl Books {
    /// Runs one command.
    pub fn run(self) -> Result<()> {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(self.carry_out())
    }

    async fn carry_out(self) -> Result<()> {
        let mut out = io::stdout().lock();
        let clock = Context::system().clock;
        match self {
            Self::Backup { program, to } => {
                let store = open(&program).await?;
                let file = File::create(&to).with_context(|| format!("cannot write {}", to.display()))?;
                let mut file = BufWriter::new(file);
                let rows = store.back_up(&mut file).await?;
                file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
                writeln!(out, "{rows} rows written to {}", to.display())?;
            }
            Self::Restore { program, from } => {
                let config = read(&program)?.accounts;
                let file = File::open(&from).with_context(|| format!("cannot read {}", from.display()))?;
                let rows = Store::restore(&config.place(), &config.district, BufReader::new(file)).await?;
                writeln!(out, "{rows} rows restored")?;
            }
            Self::Settle(Signed { program, period, by }) => {
                let settlement = open(&program).await?.draw(period, &by, clock.now()).await?;
                writeln!(out, "{period} drawn by {by}, up to entry {}", settlement.cutoff)?;
            }
            Self::Approve(Signed { program, period, by }) => {
                open(&program).await?.approve(period, &by, clock.now()).await?;
                writeln!(out, "{period} approved by {by}")?;
            }
            Self::Statement { program, period, to, paper } => {
                let store = open(&program).await?;
                let settlement = store.settlement(period).await?.ok_or(SettlementError::NotDrawn(period))?;
                for (file, organisation, statement) in statement::write(&store, &settlement, &to).await? {
                    writeln!(out, "{}: {organisation}, {} lines", file.display(), statement.lines)?;
                }
                if paper {
                    let rules = Rulebook::load(&read(&program)?.accounts)?;
                    for file in statement::print(&store, &settlement, &rules, &to).await? {
                        writeln!(out, "{}", file.display())?;
                    }
                }
            }
            Self::Catalogue { program } => {
                let rules = Rulebook::load(&read(&program)?.accounts)?;
                let today = domain::calendar::Day::of(clock.now());
                let terms: Terms = rules.terms(Kind::ServiceAllowance, today);
                let version = rules.pack.version_on(today).map(|(version, _)| version);
                let article = |rule: &str| {
                    version.and_then(|version| version.article_of(rule)).unwrap_or_default().to_owned()
                };
                writeln!(
                    out,
                    "{}",
                    serde_json::to_string_pretty(&rules.catalogue.published(&terms, article))?
                )?;
            }
            Self::TrialBalance { program } => {
                for (account, unit, stands) in open(&program).await?.trial_balance().await? {
                    writeln!(out, "{stands:>14} {unit:6} {account}")?;
                }
            }
        }
        Ok(())
    }
}

fn read(program: &Cli) -> Result<ProgramConfig> {
    Ok(runtime::config::load(program)?)
}

async fn open(program: &Cli) -> Result<Store> {
    let config = read(program)?.accounts;
    Ok(Store::open(&config.place(), &config.district).await?)
}
