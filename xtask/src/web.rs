//! Builds the web apps, which the command centre embeds.

use std::{fs, path::Path, time::SystemTime};

use anyhow::{Context, Result};

use crate::shell::{self, step};

/// Builds `web/dist` if a source is newer.
pub fn build(root: &Path) -> Result<()> {
    let web = root.join("web");
    // Not the page that a build without Node leaves in its place.
    let built = modified(&web.join("dist/caregiver/index.html"));
    let sources = newest(&web)?;
    if built.is_some_and(|built| sources.is_none_or(|source| source <= built)) {
        return Ok(());
    }
    step("building the web apps");
    install(&web)?;
    npm(&web, &["run", "--silent", "build"])
}

/// Installs what the lock file names, if that is not there yet.
pub fn install(web: &Path) -> Result<()> {
    let installed = modified(&web.join("node_modules/.package-lock.json"));
    let locked = modified(&web.join("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    npm(web, &["ci", "--silent", "--no-audit", "--no-fund"])
}

/// Runs npm in the web folder.
pub fn npm(web: &Path, arguments: &[&str]) -> Result<()> {
    let mut npm = shell::command("npm");
    shell::run_command(npm.current_dir(web).args(arguments), &format!("npm {}", arguments.join(" ")))
        .context("Node.js 20 or newer with npm is needed to build the web apps")
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

fn newest(folder: &Path) -> Result<Option<SystemTime>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if ["node_modules", "dist"].iter().any(|skip| name == *skip) {
            continue;
        }
        let time =
            if entry.file_type()?.is_dir() { self::newest(&entry.path())? } else { modified(&entry.path()) };
        newest = newest.max(time);
    }
    Ok(newest)
}
