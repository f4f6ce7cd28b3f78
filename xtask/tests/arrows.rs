//! The rule of arrows: services → crates → domain. Who may know whom is read from the manifests, so that a wrong arrow
//! fails here and not in a review. Dependencies of tests and build scripts count as well.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

/// A package of ours by name, with its folder and the packages of ours that it names.
struct Room {
    folder: String,
    knows: Vec<String>,
}

impl Room {
    fn is_service(&self) -> bool {
        self.folder.starts_with("services/")
    }

    fn is_crate(&self) -> bool {
        self.folder.starts_with("crates/")
    }
}

/// The workspace as cargo sees it.
fn house() -> BTreeMap<String, Room> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let root = format!("{}/", metadata["workspace_root"].as_str().unwrap());
    let packages = metadata["packages"].as_array().unwrap();
    let names: Vec<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let room = |package: &Value| {
        let manifest = package["manifest_path"].as_str().unwrap().strip_prefix(&root).unwrap();
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        // A path marks what is ours: a foreign crate may have the same name.
        let knows = dependencies
            .filter(|dependency| dependency["path"].is_string())
            .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
            // A package that names itself, to test with a feature of its own, draws no arrow.
            .filter(|name| names.contains(&name.as_str()) && package["name"] != name.as_str())
            .collect();
        Room { folder: manifest.trim_end_matches("/Cargo.toml").to_owned(), knows }
    };
    packages.iter().map(|package| (package["name"].as_str().unwrap().to_owned(), room(package))).collect()
}

/// Whether the first may name the second, and which rule says no.
fn forbidden(name: &str, room: &Room, other_name: &str, other: &Room) -> Option<&'static str> {
    if name == "domain" {
        return Some("`domain` names nothing of ours");
    }
    if room.is_service() && other.is_service() && name != "district" {
        return Some("a service never names a service; they meet in `schemas`");
    }
    if name == "plan-check" && other_name == "planner" {
        return Some("a checker that shares the planner's logic proves nothing");
    }
    if (room.is_crate() || room.folder == "schemas") && !(other.is_crate() || other.folder == "schemas") {
        return Some("crates never name what is above them");
    }
    if !room.is_service() && other_name == "district" {
        return Some("nothing is built on the program that joins the services");
    }
    None
}

#[test]
fn arrows_point_down_only() {
    let house = house();
    let mut wrong = Vec::new();
    for (name, room) in &house {
        for other in &room.knows {
            if let Some(rule) = forbidden(name, room, other, &house[other]) {
                wrong.push(format!("{name} → {other}: {rule}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point the wrong way:\n{}", wrong.join("\n"));
}

/// The test above would pass for nothing if it saw no arrows.
#[test]
fn arrows_are_seen() {
    let house = house();
    for (name, other) in
        [("district", "dispatch"), ("dispatch", "bus"), ("bus", "schemas"), ("schemas", "domain")]
    {
        assert!(house[name].knows.iter().any(|known| known == other), "{name} → {other}");
    }
    let service = |name: &str| house[name].is_service();
    assert!(service("dispatch") && service("registry") && !service("bus"));
    let arrow = |name: &str, other: &str| forbidden(name, &house[name], other, &house[other]);
    for (name, other) in [
        ("dispatch", "registry"),
        ("plan-check", "planner"),
        ("domain", "roads"),
        ("bus", "dispatch"),
        ("schemas", "registry"),
        ("loadtest", "district"),
    ] {
        assert!(arrow(name, other).is_some(), "{name} → {other} must be refused");
    }
}
