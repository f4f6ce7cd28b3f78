//! The worked cases published with the code: what they say is what the packs say, at least three a city.

use std::{collections::BTreeMap, fs};

use schemas::account::{assessment::Assessment, person::Person};
use serde::Deserialize;

use crate::support::{pack, policies};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    person: Person,
    assessment: Assessment,
}

#[test]
fn every_worked_case_is_as_told() {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for folder in fs::read_dir(policies().join("cases")).unwrap() {
        let folder = folder.unwrap().path();
        let city = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for file in fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            let case: Case = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
            let found = accounts::policy::assess(&pack(&city), &case.person, case.assessment.on).unwrap();
            assert_eq!(found, case.assessment, "{}: {}", file.display(), case.title);
            *count.entry(city.clone()).or_default() += 1;
        }
    }
    let cities: Vec<_> = count.iter().map(|(city, count)| (city.as_str(), *count >= 3)).collect();
    let all = ["changji", "changsha", "jiayuguan", "kangbashi", "yuncheng"].map(|city| (city, true));
    assert_eq!(cities, all);
}
