//! A small day, played twice.

use std::sync::Arc;

use dispatch::core::settings::{Policy, Settings};

use super::{
    figures::{Figures, Took},
    world::World,
};
use crate::{generate, map};

#[test]
fn the_same_day_gives_the_same_figures() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("day.json");
    generate::run(&generate::Args::small(file.clone())).unwrap();
    let day = map::read_day(&file).unwrap();
    let play = || {
        let roads = Arc::new(map::roads_of(&day, &file).unwrap());
        let mut world = World::new(&day, roads, 30, Settings::default());
        world.play(day.ends_at);
        serde_json::to_value(Figures::of(&world, Policy::default(), None, Took { seconds: 1.0, cpu_s: 1.0 }))
            .unwrap()
    };
    let first = play();
    assert_eq!(first, play());
    assert_eq!(first["unexplained"], 0);
    let (orders, done) = (first["orders"].as_u64().unwrap(), first["done"].as_u64().unwrap());
    assert!(done * 10 >= orders * 7, "most orders are served: {first:#}");
}
