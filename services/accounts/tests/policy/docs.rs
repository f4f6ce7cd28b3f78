//! `docs/policies.md` names every row id, each with where it lives and what proves it, or why it is not software, or the
//! room in which it will live.

use std::{collections::BTreeMap, fs, path::PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_row_id_lives_somewhere_and_is_proved_or_is_no_software() {
    let page = fs::read_to_string(root().join("docs/policies.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| id") && !line.starts_with("| ---"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, place, proof] = cells[..] else { unreachable!("a row has three cells: {line}") };
        assert!(
            rows.insert(id.to_owned(), (place.to_owned(), proof.to_owned())).is_none(),
            "{id} stands twice"
        );
    }
    for (letter, last) in [('J', 23), ('C', 18), ('G', 26), ('Y', 9), ('K', 9)] {
        for number in 1..=last {
            let id = format!("{letter}{number}");
            let (place, proof) = rows.remove(&id).unwrap_or_else(|| unreachable!("{id} is missing"));
            let told = ["not software: ", "later: "]
                .iter()
                .any(|word| proof.strip_prefix(word).is_some_and(|why| why.len() > 10));
            let proved = quoted(&proof).any(|name| name.contains(".rs") || name.ends_with("/tests"));
            assert!(told || (proved && place != "—"), "{id} is neither proved nor told why not: {proof}");
            for name in quoted(&place).chain(quoted(&proof)) {
                exists(&id, name);
            }
        }
    }
    assert!(rows.is_empty(), "these are no row ids: {rows:?}");
}

/// A path exists; a test `file::name` stands in its file.
fn exists(id: &str, name: &str) {
    let (path, test) = name.split_once("::").map_or((name, None), |(path, test)| (path, Some(test)));
    let rooms = ["services/", "crates/", "policies/", "schemas/"];
    if !rooms.iter().any(|room| path.starts_with(room)) {
        return;
    }
    let file = root().join(path);
    assert!(file.exists(), "{id}: there is no {path}");
    if let Some(test) = test {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(&format!("fn {test}(")), "{id}: {path} has no test {test}");
    }
}
