//! A disk of its own for a store: an XFS image on a loop device. It can lose power, which forgets everything that was
//! not synced (the filesystem's own shutdown without flushing its log), and it can be full.
//!
//! Needs root, `mkfs.xfs` and `xfs_io` (Debian: `xfsprogs`).

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

/// The smallest size XFS likes.
const SIZE: u64 = 320 << 20;
/// Whoever used it may take so long to be gone.
const BUSY: Duration = Duration::from_secs(10);

/// A mounted disk; unmounted when dropped.
#[derive(Debug)]
pub struct Disk {
    image: PathBuf,
    at: PathBuf,
}

impl Disk {
    /// Makes one in this folder under this name.
    ///
    /// # Errors
    /// If the tools are missing or refuse.
    pub fn new(folder: &Path, name: &str) -> Result<Self> {
        let (image, at) = (folder.join(format!("{name}.img")), folder.join(name));
        File::create(&image)?.set_len(SIZE)?;
        fs::create_dir(&at)?;
        run("mkfs.xfs", &["-q", text(&image)?]).context("`apt install xfsprogs` brings it")?;
        run("mount", &["-o", "loop", text(&image)?, text(&at)?]).context("mounting needs root")?;
        Ok(Self { image, at })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.at
    }

    /// Power is lost now: nothing more is written, and what was not synced is gone. Of no use until
    /// [`Disk::power_on`].
    ///
    /// # Errors
    /// If the filesystem refuses.
    pub fn power_off(&self) -> Result<()> {
        run("xfs_io", &["-x", "-c", "shutdown", text(&self.at)?])
    }

    /// Mounted anew with what had been synced. Nobody may use it meanwhile.
    ///
    /// # Errors
    /// If it stays busy or cannot be mounted.
    pub fn power_on(&self) -> Result<()> {
        let deadline = Instant::now() + BUSY;
        while let Err(error) = run("umount", &[text(&self.at)?]) {
            ensure!(Instant::now() < deadline, "the disk stays in use: {error}");
            std::thread::sleep(Duration::from_millis(20));
        }
        run("mount", &["-o", "loop", text(&self.image)?, text(&self.at)?])
    }

    /// Whether it really forgets: a file that was not synced is gone after a loss of power, one that was is not.
    ///
    /// # Errors
    /// If the disk cannot be written or remounted.
    pub fn forgets(&self) -> Result<bool> {
        let (kept, lost) = (self.at.join("synced"), self.at.join("unsynced"));
        let mut file = File::create(&kept)?;
        file.write_all(b"synced")?;
        file.sync_all()?;
        drop(file);
        File::open(&self.at)?.sync_all()?;
        fs::write(&lost, b"not synced")?;
        self.power_off()?;
        self.power_on()?;
        let forgets = fs::read(&kept)? == b"synced" && !lost.exists();
        fs::remove_file(&kept)?;
        Ok(forgets)
    }

    /// Fills it to the last byte.
    ///
    /// # Errors
    /// If it cannot be written for another reason.
    pub fn fill(&self) -> Result<()> {
        let mut filler = File::create(self.filler())?;
        let block = vec![0; 1 << 20];
        let full = loop {
            if let Err(error) = filler.write_all(&block).and_then(|()| filler.sync_data()) {
                break error;
            }
        };
        ensure!(full.kind() == std::io::ErrorKind::StorageFull, "the disk cannot be filled: {full}");
        Ok(())
    }

    /// Gives the space back.
    ///
    /// # Errors
    /// If it was not filled.
    pub fn empty(&self) -> Result<()> {
        Ok(fs::remove_file(self.filler())?)
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever used it was killed just before; lazily, so that it goes even if it has not quite ended.
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

/// Runs a tool to its end.
///
/// # Errors
/// If it is missing or fails, with what it said.
pub(super) fn run(tool: &str, args: &[&str]) -> Result<()> {
    let done = Command::new(tool).args(args).output().with_context(|| format!("{tool} cannot be run"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{tool} {}: {}", args.join(" "), said.trim());
    Ok(())
}
