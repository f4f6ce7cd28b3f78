//! A label for every box, printed, and read back by a program that knows nothing of how it was printed.

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use domain::{id::MealId, meal::MealStage};
use meal_delivery::core::codes::Codes;
use paper::{Typeface, labels::Label};

use super::{
    super::report::{Bar, Report},
    town::{KEY, Town},
};

/// Prints the labels of all boxes and reads them back.
pub fn measure(town: &Town, report: &mut Report) -> Result<()> {
    let face = Typeface::open(None).context("labels need a Chinese font")?;
    let all = all(town);
    let began = Instant::now();
    let pdf = paper::labels::print(&face, &all)?;
    let took: Duration = began.elapsed();
    report.held("labels_pdf_s", took.as_secs_f64(), Bar::AtMost(5.0), "labels of all boxes");
    report.figure("labels", all.len() as f64, "");
    report.figure("labels_pdf_kib", pdf.len() as f64 / 1024.0, "");
    report.must_be_zero("labels_unread", unread(&pdf, &all)?, "labels whose text pdftotext reads otherwise");
    Ok(())
}

fn all(town: &Town) -> Vec<Label> {
    let codes = Codes::new(KEY);
    let mut stops: BTreeMap<&MealId, (String, u16)> = BTreeMap::new();
    for round in town.core.rounds() {
        let doors = round.stops.iter().filter(|stop| stop.at.is_door()).zip(1..);
        for (stop, number) in doors {
            let name = format!("{} 第{}趟", round.courier, round.trip);
            stops.extend(stop.meals.iter().map(|meal| (meal, (name.clone(), number))));
        }
    }
    let label = |meal: &domain::meal::Meal| {
        let at = stops.get(&meal.id).cloned();
        Label {
            round: at.clone().map_or_else(|| "自取".to_owned(), |at| at.0),
            stop: at.map(|at| at.1),
            name: format!("{} 老人", meal.elder),
            dish: "清炒时蔬套餐".to_owned(),
            size: meal.size,
            texture: meal.texture,
            clashes: town.core.watch(meal),
            code: codes.of(&meal.id).label,
        }
    };
    let ordered = town.core.meals().filter(|meal| meal.stage == MealStage::Ordered);
    let mut all: Vec<Label> = ordered.map(label).collect();
    all.sort_by(|a, b| (&a.round, a.stop, &a.code).cmp(&(&b.round, b.stop, &b.code)));
    all
}

/// How many labels do not stand in what `pdftotext` reads, in their order and letter by letter but for blanks.
fn unread(pdf: &[u8], labels: &[Label]) -> Result<usize> {
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("labels.pdf");
    std::fs::write(&file, pdf)?;
    let read =
        Command::new("pdftotext").args(["-raw", "-enc", "UTF-8", "-nopgbrk"]).arg(&file).arg("-").output();
    let read = read.context("cannot start pdftotext; install poppler-utils")?;
    if !read.status.success() {
        bail!("pdftotext: {}", String::from_utf8_lossy(&read.stderr));
    }
    let text = solid(&String::from_utf8(read.stdout).context("pdftotext writes no UTF-8")?);
    let mut rest = text.as_str();
    let mut missing = 0;
    for label in labels {
        let printed: String = label.lines().iter().map(|(_, _, text)| solid(text)).collect();
        if let Some(behind) = rest.strip_prefix(printed.as_str()) {
            rest = behind;
        } else {
            missing += 1;
            rest = rest.split_once(printed.as_str()).map_or(rest, |(_, behind)| behind);
        }
    }
    Ok(missing)
}

/// Without blanks: where words are set apart is the reader's guess.
fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
