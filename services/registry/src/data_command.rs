//! `registry backup`, `restore`, `rotate-key`: the whole database at once. They need no bus.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Parser;
use registry::{ProgramConfig, open, rotate, store::Store};
use runtime::{
    Context,
    config::{Cli, EXIT_BAD_CONFIG},
};

/// What can be done with the whole database. All take the service's own configuration.
#[derive(Debug, Parser)]
#[command(name = "registry")]
enum Args {
    /// Writes everything to a file, as of one moment; the service may go on. What is sealed stays sealed: keep the key
    /// file apart.
    #[command(after_help = "Example: registry backup --config registry.toml --to registry.backup")]
    Backup {
        #[command(flatten)]
        program: Cli,
        /// The file.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Brings a backup into an empty database, SQLite or PostgreSQL, whichever it came from.
    #[command(after_help = "Example: registry restore --config registry.toml --from registry.backup")]
    Restore {
        #[command(flatten)]
        program: Cli,
        /// The file.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Seals everybody's key with a new one, which takes the old one's place. Stop the service first; broken off, it is
    /// finished when the service or this command starts again.
    #[command(after_help = "Example: registry rotate-key --config registry.toml")]
    RotateKey {
        #[command(flatten)]
        program: Cli,
    },
}

/// Runs the command.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let (Args::Backup { program, .. } | Args::Restore { program, .. } | Args::RotateKey { program }) = &args;
    let config: ProgramConfig = match runtime::config::load(program) {
        Ok(config) => config,
        Err(error) => return refuse(&error, EXIT_BAD_CONFIG),
    };
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(carry_out(&args, &config)));
    match outcome {
        Ok(told) => {
            // Nobody left to tell if standard error is closed.
            let _ = writeln!(io::stderr(), "{told}");
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&*error, 1),
    }
}

async fn carry_out(args: &Args, config: &ProgramConfig) -> anyhow::Result<String> {
    let (config, ctx) = (&config.registry, Context::system());
    Ok(match args {
        Args::Backup { to, .. } => {
            let file = File::create(to).with_context(|| to.display().to_string())?;
            let store = open(config, &ctx).await?;
            let rows = store.back_up(BufWriter::new(file)).await?;
            store.close().await;
            format!("{rows} rows written to {}", to.display())
        }
        Args::Restore { from, .. } => {
            let file = File::open(from).with_context(|| from.display().to_string())?;
            registry::store::make_state(&config.state)?;
            let rows = Store::restore(&config.place(), &config.district, BufReader::new(file)).await?;
            format!("{rows} rows restored from {}", from.display())
        }
        Args::RotateKey { .. } => format!("{} keys sealed with the new one", rotate(config, &ctx).await?),
    })
}

fn refuse(error: &(impl std::fmt::Display + ?Sized), code: u8) -> ExitCode {
    // Nobody left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "registry: {error:#}");
    ExitCode::from(code)
}
