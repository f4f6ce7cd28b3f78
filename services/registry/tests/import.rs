//! Imports by row: what is wrong is named, the rest goes through.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::PathBuf, process::Command};

use domain::id::DistrictId;
use registry::{Config, import, open, store::Store};
use runtime::{Clock, Context};
use rust_xlsxwriter::{Format, Workbook, Worksheet};

const ELDERS: &str = "\u{feff}id,name,lon,lat,datum,street,community,ability,priority_classes,blocked
e1,张秀英,98.29,39.77,wgs84,s1,s1-c1,moderate,alone;disabled,c9
e2,王国栋,98.29,39.77,gcj02,s1,s1-c1,,,
e.3,李桂兰,98.29,39.77,wgs84,s1,s1-c1,,,
e4,刘玉兰,98.29,139.77,wgs84,s1,s1-c1,,,
e5,陈凤英,98.29,39.77,,s1,s1-c1,,,
e6,杨桂香,98.29,39.77,wgs84,s1,s1-c1,sturdy,,
";

const CAREGIVERS: &str = "id,name,organisation,street,certificates,health_certificate,trained,shifts
c1,李敏,org1,s1,elder_care=2025-01-01T00:00:00Z/2027-01-01T00:00:00Z,2026-01-01T00:00:00Z/2027-01-01T00:00:00Z,true,2026-11-23T00:00:00Z/2026-11-23T08:00:00Z
c2,王静,org1,s1,elder_care=2027-01-01T00:00:00Z/2025-01-01T00:00:00Z,,,
e1,张艳,org1,s1,,,,
";

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    async fn store(&self, ctx: &Context) -> Store {
        let district = DistrictId::new("d1").unwrap();
        open(&Config::of(district, self.folder.path().join("state")), ctx).await.unwrap()
    }
}

#[tokio::test]
async fn wrong_rows_are_named_and_the_others_go_through() {
    let (files, ctx) = (Files::new(), Context::system());
    let store = files.store(&ctx).await;
    let mut rows = import::read_elders(&files.write("elders.csv", ELDERS)).unwrap();
    rows.extend(import::read_caregivers(&files.write("caregivers.csv", CAREGIVERS)).unwrap());
    let report = import::store(&store, rows.clone(), ctx.clock.now()).await.unwrap();
    let told: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    let expected = [
        ("elders.csv at line 4", "'.'"),
        ("elders.csv at line 5", "139.77"),
        ("elders.csv at line 6", "datum is empty"),
        ("elders.csv at line 7", "sturdy"),
        ("caregivers.csv at line 3", "before it begins"),
        ("caregivers.csv at line 4", "id of kind elder"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (place, what) in expected {
        assert!(
            told.iter().any(|line| line.contains(place) && line.contains(what)),
            "{place}, {what}: {told:#?}"
        );
    }
    assert_eq!((report.changed, report.unchanged), (3, 0));
    let names =
        store.fields(registry::vault::Field::Name, &["e1".to_owned(), "c1".to_owned()]).await.unwrap();
    assert_eq!(names.values().collect::<Vec<_>>(), ["李敏", "张秀英"]);

    let again = import::store(&store, rows, ctx.clock.now()).await.unwrap();
    assert_eq!((again.changed, again.unchanged), (0, 3));
    let waiting = store.waiting(100).await.unwrap();
    assert_eq!(waiting.len(), 3, "an import that changes nothing publishes nothing");
    assert!(waiting.iter().all(|event| !event.event.contains("张秀英")), "a name left the vault");
}

#[test]
fn a_column_nobody_knows_or_nobody_gave_refuses_the_file() {
    let files = Files::new();
    let unknown = files.write("a.csv", "id,lon,lat,datum,street,community,abilty\n");
    assert!(import::read_elders(&unknown).unwrap_err().to_string().contains("abilty"));
    let missing = files.write("b.csv", "id,lon,lat,street,community\n");
    assert!(import::read_elders(&missing).unwrap_err().to_string().contains("datum"));
    assert!(import::read_elders(&files.folder.path().join("none.csv")).is_err());
}

#[test]
fn the_command_imports_and_a_dry_run_does_not() {
    let files = Files::new();
    let state = files.folder.path().join("state");
    let config = format!("[registry]\ndistrict = \"d1\"\nstate = {state:?}\n");
    let (config, elders) = (files.write("registry.toml", &config), files.write("elders.csv", ELDERS));
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_registry"));
        command.arg("import").arg("--config").arg(&config).arg("--elders").arg(&elders).args(more);
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["--dry-run"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("2 rows would be taken, 4 refused"), "{said}");
    assert!(!state.exists());
    let (code, said) = run(&[]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("2 people set") && said.lines().next().unwrap().contains("line 4"), "{said}");
}

/// What was refused, as it is told.
fn told(report: &import::Report) -> Vec<String> {
    report.refused.iter().map(ToString::to_string).collect()
}

fn workbook(files: &Files, name: &str, fill: impl FnOnce(&mut Worksheet)) -> PathBuf {
    let mut book = Workbook::new();
    fill(book.add_worksheet());
    let path = files.folder.path().join(name);
    fs::write(&path, book.save_to_buffer().unwrap()).unwrap();
    path
}

fn row(sheet: &mut Worksheet, number: u32, cells: &[&str]) {
    for (column, cell) in (0..).zip(cells) {
        sheet.write(number, column, *cell).unwrap();
    }
}

#[tokio::test]
async fn a_front_desks_workbook_is_read_as_it_is() {
    let files = Files::new();
    let elders = workbook(&files, "elders.xlsx", |sheet| {
        sheet.merge_range(0, 0, 0, 7, "某街道老年人名册", &Format::new()).unwrap();
        row(sheet, 1, &["编号", "姓名", "身份证号", "经度", "纬度", "坐标系", "街道", "社区"]);
        row(sheet, 2, &["e1", "张秀英", "11010519491231002X", "98.29", "39.77", "wgs84", "s1", "s1-c1"]);
        // The neighbour's row, with a number that is a number.
        row(sheet, 3, &["e2", "王国栋", "", "", "", "gcj02", "s1", "s1-c1"]);
        sheet.write(3, 3, 98.29).unwrap();
        sheet.write(3, 4, 39.77).unwrap();
        // Two in one house: the community is merged over both.
        row(sheet, 4, &["e3", "李桂兰", "", "98.29", "39.77", "wgs84", "s1"]);
        row(sheet, 5, &["e4", "刘玉兰", "", "98.29", "39.77", "wgs84", "s1"]);
        sheet.merge_range(4, 7, 5, 7, "s1-c1", &Format::new()).unwrap();
        // An identity number that the spreadsheet took for a number has lost its last digits.
        row(sheet, 6, &["e5", "陈凤英", "", "98.29", "39.77", "wgs84", "s1", "s1-c1"]);
        sheet.write(6, 2, 110_105_194_912_310_032_f64).unwrap();
        // The first elder once more, under another id; the second under the same.
        row(sheet, 7, &["e6", "张秀英", "11010519491231002x", "98.29", "39.77", "wgs84", "s1", "s1-c1"]);
        row(sheet, 8, &["e2", "王国梁", "", "98.29", "39.77", "wgs84", "s1", "s1-c1"]);
    });
    let staff = workbook(&files, "staff.xlsx", |sheet| {
        row(sheet, 0, &["编号", "姓名", "服务组织", "街道", "已培训"]);
        row(sheet, 1, &["c1", "李敏", "org1", "s1"]);
        sheet.write(1, 4, true).unwrap();
    });
    let mut rows = import::read_elders(&elders).unwrap();
    rows.extend(import::read_caregivers(&staff).unwrap());
    let report = import::check(rows.clone());
    let told = told(&report);
    let expected = [
        ("elders.xlsx at row 5", "merged"),
        ("elders.xlsx at row 6", "merged"),
        ("elders.xlsx at row 7", "identity number"),
        ("elders.xlsx at row 8", "stands already in"),
        ("elders.xlsx at row 9", "the id e2 stands already in"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for ((place, what), line) in expected.into_iter().zip(&told) {
        assert!(line.contains(place) && line.contains(what), "{place}, {what}: {line}");
        assert!(!line.contains("11010519491231002"), "an identity number is told: {line}");
    }
    assert_eq!(report.changed, 3);

    let ctx = Context::system();
    let store = files.store(&ctx).await;
    let report = import::store(&store, rows, ctx.clock.now()).await.unwrap();
    assert_eq!((report.changed, report.refused.len()), (3, 5));
    let event = store
        .waiting(9)
        .await
        .unwrap()
        .into_iter()
        .find(|event| event.subject.rsplit('.').next() == Some("c1"));
    assert!(event.unwrap().event.contains("\"trained\":true"));
}

#[tokio::test]
async fn a_table_in_gbk_is_read_like_one_in_utf_8() {
    let files = Files::new();
    let text = "编号,姓名,经度,纬度,坐标系,街道,社区\r\ne1,张秀英,98.29,39.77,gcj02,s1,s1-c1\r\n";
    let path = files.folder.path().join("gbk.csv");
    fs::write(&path, encoding_rs::GB18030.encode(text).0).unwrap();
    let ctx = Context::system();
    let store = files.store(&ctx).await;
    let report = import::store(&store, import::read_elders(&path).unwrap(), ctx.clock.now()).await.unwrap();
    assert_eq!((report.changed, report.refused), (1, Vec::new()));
    let names = store.fields(registry::vault::Field::Name, &["e1".to_owned()]).await.unwrap();
    assert_eq!(names.values().collect::<Vec<_>>(), ["张秀英"]);
}
