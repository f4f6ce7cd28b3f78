//! The figures of one run: a table for people, and the same as one flat JSON object.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// Where else the figures go; part of every scenario's arguments.
#[derive(Debug, clap::Args)]
pub struct Output {
    /// Write the figures here, too.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// What a figure is held to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// Printed only.
    None,
    /// As a goal: a miss is shown.
    AtMost(f64),
    /// As a goal: a miss is shown.
    AtLeast(f64),
    /// As a goal that holds or not; the JSON has `true`, `false` or, where it was not judged, `null`.
    True,
    /// As a promise: anything but zero means that something is broken, and the run fails.
    Zero,
}

impl Bar {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::None => true,
            Self::AtMost(bar) => value <= bar,
            Self::AtLeast(bar) => value >= bar,
            Self::True => value >= 1.0,
            Self::Zero => value == 0.0,
        }
    }

    fn shown(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::AtMost(bar) => Some(format!("≤ {bar}")),
            Self::AtLeast(bar) => Some(format!("≥ {bar}")),
            Self::True => Some("true".to_owned()),
            Self::Zero => Some("= 0".to_owned()),
        }
    }
}

#[derive(Debug)]
struct Figure {
    key: String,
    value: f64,
    bar: Bar,
    note: &'static str,
}

impl Figure {
    fn value(&self) -> Value {
        match self.bar {
            Bar::True if self.value.is_nan() => Value::Null,
            Bar::True => json!(self.bar.holds(self.value)),
            _ => number(self.value),
        }
    }
}

/// The figures of one run, in the order they were added.
#[derive(Debug)]
pub struct Report {
    scenario: &'static str,
    about: Vec<String>,
    figures: Vec<Figure>,
}

impl Report {
    /// An empty one.
    pub const fn new(scenario: &'static str) -> Self {
        Self { scenario, about: Vec::new(), figures: Vec::new() }
    }

    /// A line on what was measured, above the table.
    pub fn about(&mut self, line: impl Into<String>) {
        self.about.push(line.into());
    }

    /// A figure without a bar; the key names its unit.
    pub fn figure(&mut self, key: &str, value: f64, note: &'static str) {
        self.held(key, value, Bar::None, note);
    }

    /// A figure held to a bar.
    pub fn held(&mut self, key: &str, value: f64, bar: Bar, note: &'static str) {
        self.figures.push(Figure { key: key.to_owned(), value, bar, note });
    }

    /// Something that should be so.
    pub fn truth(&mut self, key: &str, value: Option<bool>, note: &'static str) {
        self.held(key, value.map_or(f64::NAN, f64::from), Bar::True, note);
    }

    /// A count that must be zero.
    pub fn must_be_zero(&mut self, key: &str, count: usize, note: &'static str) {
        self.held(key, count as f64, Bar::Zero, note);
    }

    /// The quotient of two figures already there, under the key `above / below`.
    pub fn quotient(&mut self, above: &str, below: &str, bar: Bar) {
        let value = |key: &str| {
            self.figures.iter().find(|figure| figure.key == key).map_or(f64::NAN, |figure| figure.value)
        };
        let quotient = value(above) / value(below);
        self.held(&format!("{above} / {below}"), quotient, bar, "");
    }

    /// Prints the table, writes the JSON, and fails if a promise is broken.
    ///
    /// # Errors
    /// If the file cannot be written, or a figure that must be zero is not.
    pub fn publish(&self, output: &Output) -> Result<()> {
        print!("{}", self.table());
        if let Some(path) = &output.json {
            let text = serde_json::to_string_pretty(&self.json())? + "\n";
            std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let broken: Vec<_> = self
            .figures
            .iter()
            .filter(|figure| figure.bar == Bar::Zero && !figure.bar.holds(figure.value))
            .map(|figure| format!("{} is {}", figure.key, figure.value))
            .collect();
        if !broken.is_empty() {
            bail!("{}: {}; must be 0", self.scenario, broken.join(", "));
        }
        Ok(())
    }

    fn table(&self) -> String {
        let mut text = self.scenario.to_owned() + "\n";
        for line in &self.about {
            text.extend(["  ", line, "\n"]);
        }
        let width = self.figures.iter().map(|figure| figure.key.len()).max().unwrap_or(0);
        for Figure { key, value, bar, note } in &self.figures {
            let verdict = match bar.shown() {
                None => String::new(),
                Some(bar_text) if bar.holds(*value) => format!("{bar_text} holds"),
                Some(bar_text) => format!("{bar_text} MISSED"),
            };
            let line = format!("  {key:width$} {:>12}  {verdict:16}  {note}", shown(*value));
            text += line.trim_end();
            text.push('\n');
        }
        text
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("scenario".to_owned(), json!(self.scenario));
        object.insert("about".to_owned(), json!(self.about));
        for figure in &self.figures {
            object.insert(figure.key.clone(), figure.value());
        }
        let bars = self.figures.iter().filter_map(|figure| {
            let bar = figure.bar.shown()?;
            Some(json!({ "key": figure.key, "bar": bar, "holds": figure.bar.holds(figure.value) }))
        });
        object.insert("bars".to_owned(), bars.collect());
        Value::Object(object)
    }
}

/// Whole numbers without a point, others with four digits; what is not a number is null.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(rounded(value)) }
}

fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn shown(value: f64) -> String {
    match value.abs() {
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_named_divided_and_judged() {
        let mut report = Report::new("roads");
        report.figure("fast_us", 12.0, "");
        report.figure("plain_us", 100.0, "");
        report.quotient("fast_us", "plain_us", Bar::AtMost(0.1));
        report.must_be_zero("mismatches", 0, "");
        let json = report.json();
        assert_eq!(json["fast_us / plain_us"], 0.12);
        assert_eq!(json["mismatches"], 0);
        assert_eq!(json["bars"][0]["holds"], false);
        assert!(report.table().contains("≤ 0.1 MISSED"), "{}", report.table());
        // A goal that is missed is shown; a promise that is broken fails the run.
        let nowhere = Output { json: None };
        assert!(report.publish(&nowhere).is_ok());
        report.must_be_zero("lost", 1, "");
        assert_eq!(report.publish(&nowhere).unwrap_err().to_string(), "roads: lost is 1; must be 0");
    }

    #[test]
    fn a_figure_that_was_not_measured_never_holds() {
        let mut report = Report::new("x");
        report.quotient("a", "b", Bar::AtMost(1.0));
        assert_eq!(report.json()["a / b"], Value::Null);
        assert_eq!(report.json()["bars"][0]["holds"], false);
    }
}
