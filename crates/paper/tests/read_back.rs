//! What is printed is read back by poppler's `pdftotext`, which knows nothing of how it was printed: with a font that is not
//! embedded, or characters that lead nowhere, a page looks right and cannot be read or searched.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::{io::Write, process::Command};

use domain::meal::{Allergen, Clash, Diet, Size, Texture};
use paper::{
    Typeface,
    labels::{self, Label},
    route::{self, Door, Route},
};

/// The text of a document in the order it was drawn, without blanks: where words are set apart is the reader's guess.
fn read(pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let read = Command::new("pdftotext")
        .args(["-raw", "-enc", "UTF-8", "-nopgbrk"])
        .arg(file.path())
        .arg("-")
        .output()
        .expect("pdftotext; `cargo xtask test` installs poppler-utils");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    solid(&String::from_utf8(read.stdout).unwrap())
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn label(number: u16) -> Label {
    let clashes = vec![
        Clash::Allergy { allergen: Allergen::Peanut },
        Clash::Diet { diet: Diet::LowSalt },
        Clash::Dislike { ingredient: "香菜".to_owned() },
    ];
    Label {
        round: format!("送餐员{} 第{}趟", number % 7, 1 + number % 3),
        stop: (!number.is_multiple_of(5)).then_some(1 + number % 20),
        name: format!("张秀英 {number}"),
        dish: "清炒时蔬套餐".to_owned(),
        size: if number.is_multiple_of(2) { Size::Regular } else { Size::Small },
        texture: Texture::Minced,
        clashes: clashes.into_iter().take(usize::from(number) % 4).collect(),
        code: format!("K7{number:08}"),
    }
}

#[test]
fn every_label_is_read_as_it_was_written() {
    let face = Typeface::open(None).unwrap();
    let all: Vec<Label> = (0..60).map(label).collect();
    let text = read(&labels::print(&face, &all).unwrap());
    let printed: String = all.iter().flat_map(Label::lines).map(|(_, _, line)| solid(&line)).collect();
    assert_eq!(text, printed);
    assert!(text.contains("【过敏】花生"), "{text}");
}

#[test]
fn every_code_is_scanned_as_it_was_written() {
    let face = Typeface::open(None).unwrap();
    let all: Vec<Label> = (0..24).map(label).collect();
    let mut pdf = tempfile::NamedTempFile::new().unwrap();
    pdf.write_all(&labels::print(&face, &all).unwrap()).unwrap();
    // as a phone sees them, one label after the other: eight dots a millimetre, shades of grey
    let seen = Command::new("pdftoppm").args(["-gray", "-r", "200"]).arg(pdf.path()).output();
    let (width, height, dots) = picture(&seen.expect("pdftoppm of poppler-utils").stdout);
    for (number, label) in all.iter().enumerate() {
        let (left, top) = (number % 3 * width / 3, number / 3 * height / 8);
        let dot = |x: usize, y: usize| dots[(top + y) * width + left + x];
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width / 3, height / 8, dot);
        let read: Vec<String> = image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect();
        assert_eq!(read, [label.code.as_str()]);
    }
}

/// A portable graymap: how wide, how high, its dots.
fn picture(pgm: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut lines = pgm.splitn(4, |byte| *byte == b'\n');
    let mut line = || lines.next().unwrap();
    assert_eq!(line(), b"P5");
    let sizes = String::from_utf8(line().to_vec()).unwrap();
    let (width, height) = sizes.split_once(' ').unwrap();
    line();
    (width.parse().unwrap(), height.parse().unwrap(), line().to_vec())
}

#[test]
fn a_route_sheet_is_read_as_it_was_written() {
    let face = Typeface::open(None).unwrap();
    let door = Door {
        at: "2026-03-10T03:30:00Z".parse().unwrap(),
        name: "李桂兰".to_owned(),
        place: "新华南路12号3单元501".to_owned(),
        boxes: 2,
        what: "清炒时蔬".to_owned(),
    };
    let route = Route { title: "王芳 第1趟".to_owned(), doors: vec![door.clone(), door] };
    let text = read(&route::print(&face, &[route]).unwrap());
    let doors = "11:30李桂兰新华南路12号3单元5012盒清炒时蔬";
    assert!(text.starts_with(&format!("王芳第1趟1{doors}2{doors}")), "{text}");
}
