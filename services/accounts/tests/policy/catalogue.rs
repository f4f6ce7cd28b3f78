//! What can be ordered in the five cities.

use accounts::{
    builtin,
    catalogue::Catalogue,
    ledger::{Terms, terms::Figure},
    policy,
};
use domain::service::ServiceKind;

fn catalogue(city: &str) -> Catalogue {
    Catalogue::from_text(city, builtin::city(city).unwrap().1).unwrap()
}

#[test]
fn every_item_names_a_rule_of_its_pack() {
    for city in ["jiayuguan", "changsha", "changji", "yuncheng", "kangbashi"] {
        let (pack, catalogue) =
            (policy::load::parse(builtin::city(city).unwrap().0).unwrap(), catalogue(city));
        assert_eq!(catalogue.city, city);
        assert!(catalogue.unknown_rules(&pack).is_empty(), "{:?}", catalogue.unknown_rules(&pack));
        for item in &catalogue.items {
            // A visit has a duration, a team and a proof; no document gives a price.
            assert!(item.service.is_none() || item.minutes.is_some(), "{}", item.id);
            assert!(item.service.is_none() || !item.evidence.is_empty(), "{}", item.id);
            assert_eq!(item.price_fen, None);
        }
    }
}

#[test]
fn bathing_takes_two_or_a_family_member() {
    for city in ["changsha", "changji", "yuncheng", "kangbashi"] {
        let catalogue = catalogue(city);
        let bathing = catalogue.item(ServiceKind::Bathing).unwrap();
        assert_eq!((bathing.team, bathing.family_member_replaces), (Some(2), true));
    }
}

#[test]
fn walking_is_for_the_self_reliant() {
    assert!(catalogue("changji").item(ServiceKind::Walking).unwrap().self_reliant_only);
    assert!(!catalogue("changsha").item(ServiceKind::Walking).unwrap().self_reliant_only);
}

#[test]
fn the_public_list_has_price_standard_subsidy_and_self_pay() {
    let mut catalogue = catalogue("jiayuguan");
    let terms = Terms { self_pay_discount: Figure::Set(20), ..Terms::SILENT };
    assert!(
        catalogue
            .published(&terms, |_| String::new())
            .iter()
            .all(|item| item.price_fen.is_none() && item.self_pay_fen.is_none())
    );
    for item in &mut catalogue.items {
        item.price_fen = Some(1_999);
    }
    let meal =
        catalogue.published(&terms, |_| String::new()).into_iter().find(|item| item.name == "助餐").unwrap();
    assert_eq!((meal.price_fen, meal.self_pay_fen, meal.standard), (Some(1_999), Some(1_599), Some((30, 1))));
    assert!(meal.subsidy.is_some());
}
