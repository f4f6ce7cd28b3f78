//! A real PostgreSQL server for tests: in a folder of its own, reached through a Unix socket and a free port, gone when
//! dropped.
//!
//! The programs are found through `POSTGRES_BIN`, on the `PATH`, or where Debian keeps them. A test without them fails
//! rather than pass for nothing. PostgreSQL refuses to run as root: then it runs as `nobody`.

use std::{
    ffi::OsStr,
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
};

use runtime::Secret;
use tempfile::TempDir;

use sqlx::AnyPool;

use crate::{Place, place};

/// Where a suite makes its databases: the same tests run on SQLite and on a real PostgreSQL.
#[derive(Debug)]
pub struct Ground {
    folder: TempDir,
    server: Option<PostgresServer>,
    next: std::sync::atomic::AtomicU32,
}

impl Ground {
    /// SQLite files in a folder that goes with this.
    ///
    /// # Panics
    /// If there is no folder to be had.
    #[expect(clippy::panic, reason = "a test that cannot have its folder must fail and say why")]
    pub fn sqlite() -> Self {
        let folder = TempDir::new().unwrap_or_else(|error| panic!("no folder for databases: {error}"));
        Self { folder, server: None, next: 0.into() }
    }

    /// Databases of a server of its own.
    ///
    /// # Panics
    /// As [`PostgresServer::start`].
    pub fn postgres() -> Self {
        Self { server: Some(PostgresServer::start()), ..Self::sqlite() }
    }

    /// A new, empty database.
    pub fn place(&self) -> Place {
        if let Some(server) = &self.server {
            return server.database();
        }
        let number = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Place::Folder(self.folder.path().join(number.to_string()))
    }

    /// For files beside the databases.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A running server.
#[derive(Debug)]
pub struct PostgresServer {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    databases: std::sync::atomic::AtomicU32,
}

impl PostgresServer {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// The reason, in words.
    pub fn try_start() -> Result<Self, String> {
        let programs = find_programs()?;
        let folder = tempfile::Builder::new().prefix("care-pg-").tempdir();
        let folder = folder.map_err(|error| format!("no folder for PostgreSQL: {error}"))?;
        let open = fs::Permissions::from_mode(0o777);
        fs::set_permissions(folder.path(), open)
            .map_err(|error| format!("no folder for PostgreSQL: {error}"))?;
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = port.map_err(|error| format!("no free port for PostgreSQL: {error}"))?.port();
        let server = Self { programs, folder, port, databases: 0.into() };
        server.run(
            "initdb",
            &["-D", &server.data(), "-U", "care", "-A", "trust", "-E", "UTF8", "--no-locale"],
        )?;
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={} -c max_connections=100",
            server.folder.path().display()
        );
        let log = server.folder.path().join("log").display().to_string();
        server
            .run("pg_ctl", &["-D", &server.data(), "-l", &log, "-w", "-t", "60", "-o", &options, "start"])?;
        Ok(server)
    }

    /// As [`PostgresServer::try_start`].
    ///
    /// # Panics
    /// If there are no programs or the server does not start, with the reason.
    #[expect(clippy::panic, reason = "a test that cannot have its server must fail and say why")]
    pub fn start() -> Self {
        Self::try_start().unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// A new, empty database.
    ///
    /// # Errors
    /// The reason, in words.
    pub fn try_database(&self) -> Result<Place, String> {
        let number = self.databases.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let name = format!("care{number}");
        let port = self.port.to_string();
        self.run("createdb", &["-h", "127.0.0.1", "-p", &port, "-U", "care", &name])?;
        Ok(Place::Postgres(Secret::new(format!("postgres://care@127.0.0.1:{port}/{name}?sslmode=disable"))))
    }

    /// As [`PostgresServer::try_database`].
    ///
    /// # Panics
    /// If it cannot be made, with the reason.
    #[expect(clippy::panic, reason = "a test that cannot have its database must fail and say why")]
    pub fn database(&self) -> Place {
        self.try_database().unwrap_or_else(|reason| panic!("{reason}"))
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let path = self.programs.join(program);
        let as_root = self.folder.path().metadata().is_ok_and(|folder| folder.uid() == 0);
        let mut command = if as_root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(&path);
            command
        } else {
            Command::new(&path)
        };
        command.args(arguments).current_dir(self.folder.path()).env("HOME", self.folder.path());
        // The server that pg_ctl leaves behind must not hold a pipe of ours open.
        let log = self.folder.path().join(format!("{program}.out"));
        let out = fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let err = out.try_clone().map_err(|error| format!("{}: {error}", log.display()))?;
        let status = command.stdout(out).stderr(err).status();
        let status = status.map_err(|error| format!("{} does not run: {error}", path.display()))?;
        if status.success() {
            return Ok(());
        }
        let told = fs::read_to_string(&log).unwrap_or_default();
        let more = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(format!("{program} failed: {} {}", told.trim(), more.trim()))
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        if let Err(reason) = self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]) {
            tracing::warn!(reason, "PostgreSQL did not stop");
        }
    }
}

fn find_programs() -> Result<PathBuf, String> {
    let named = std::env::var_os("POSTGRES_BIN").map(PathBuf::from);
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = named.into_iter().chain(debian.into_iter().rev()).chain(std::env::split_paths(&path));
    let all = ["initdb", "pg_ctl", "postgres", "createdb"];
    let found = candidates.into_iter().find(|folder| all.iter().all(|program| has(folder, program.as_ref())));
    found.ok_or_else(|| {
        "PostgreSQL is needed: install Debian's `postgresql`, or set POSTGRES_BIN to the folder of initdb"
            .to_owned()
    })
}

fn has(folder: &Path, program: &OsStr) -> bool {
    folder.join(program).is_file()
}

/// The database's own commit of one row: what a hold is measured against.
#[derive(Debug)]
pub struct CommitFloor(AnyPool);

impl CommitFloor {
    /// Makes its table in an empty database.
    ///
    /// # Errors
    /// The reason, in words.
    pub async fn open(place: &Place) -> Result<Self, String> {
        let (pool, _) = place::pool(place, "floor").await.map_err(|error| error.to_string())?;
        let sql = "CREATE TABLE floor (id BIGINT PRIMARY KEY, payload TEXT NOT NULL)";
        sqlx::query(sql).execute(&pool).await.map_err(|error| error.to_string())?;
        Ok(Self(pool))
    }

    /// Commits a row; it is on disk when this returns.
    ///
    /// # Errors
    /// The reason, in words.
    pub async fn commit(&self, number: u64) -> Result<(), String> {
        let number = i64::try_from(number).map_err(|error| error.to_string())?;
        let insert =
            sqlx::query("INSERT INTO floor (id, payload) VALUES ($1, $2)").bind(number).bind("x".repeat(200));
        insert.execute(&self.0).await.map(drop).map_err(|error| error.to_string())
    }
}
