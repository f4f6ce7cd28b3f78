//! Events in any order, twice, with crashes in between.

use accounts::ledger::{Book, Terms, book::Event, purse::Capture, terms::Figure};
use domain::id::CommandId;
use proptest::{collection::vec, prelude::*, sample::Index};
use schemas::account::assessment::Kind::ServiceAllowance;

use crate::support::{ask, day, key, order, plain, served, sound};

const ORDER_CAP: i64 = 4_000;
const DAY_CAP: i64 = 6_000;

fn capped() -> Terms {
    Terms { per_order_cap: Figure::Set(ORDER_CAP), per_day_cap: Figure::Set(DAY_CAP), ..plain() }
}

fn on(number: u8) -> String {
    format!("2026-03-{:02}", 29 + number % 3)
}

fn anything() -> impl Strategy<Value = Event> {
    let hold =
        (0..5_u8, 0..5_000_i64, 0..3_u8).prop_map(|(o, price, d)| Event::Hold(order(o), ask(price, &on(d))));
    let capture = (0..5_u8, 0..3_u8, proptest::option::of(0..5_000_i64))
        .prop_map(|(o, d, amount)| Event::Capture(order(o), Capture { amount, ..served(&on(d)) }));
    prop_oneof![
        1 => (0..20_000_i64).prop_map(Event::Grant),
        6 => hold,
        4 => capture,
        2 => (0..5_u8).prop_map(|o| Event::Release(order(o))),
        1 => prop_oneof![Just(day("2026-03-31")), Just(day("2026-04-01"))].prop_map(Event::Midnight),
        1 => (0..5_u8, -3_000..3_000_i64).prop_map(|(o, change)| Event::Correct(order(o), change)),
    ]
}

fn id(number: usize) -> CommandId {
    CommandId::new(format!("c{number}")).unwrap()
}

/// Caps hold of what is held and taken, whatever happened.
fn within_caps(book: &Book) {
    for purse in book.purses.values() {
        for number in 0..3 {
            assert!(purse.used_on(day(&on(number))) <= DAY_CAP);
        }
        for hold in purse.holds.values() {
            assert!(hold.amount <= ORDER_CAP);
        }
    }
}

/// What each order does, and each exactly once.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Taken,
    TakenInPart,
    GivenBack,
    Forgotten,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let one =
        prop_oneof![Just(Fate::Taken), Just(Fate::TakenInPart), Just(Fate::GivenBack), Just(Fate::Forgotten)];
    vec(one, 1..9)
}

type Events = Vec<(CommandId, Event)>;

/// The events of a month in which everything fits: first the holds, then what becomes of them.
fn month(fates: &[Fate]) -> (Events, Events) {
    let mut first = vec![(id(0), Event::Grant(30_000))];
    let mut then = vec![(id(1), Event::Midnight(day("2026-04-01")))];
    for (number, fate) in (0_u8..).zip(fates) {
        let at = on(number);
        let order = order(number);
        first.push((id(10 + usize::from(number)), Event::Hold(order.clone(), ask(1_900, &at))));
        let taken = |amount| Event::Capture(order.clone(), Capture { amount, ..served(&at) });
        let event = match fate {
            Fate::Taken => taken(None),
            Fate::TakenInPart => taken(Some(700)),
            Fate::GivenBack => Event::Release(order),
            Fate::Forgotten => continue,
        };
        then.push((id(100 + usize::from(number)), event));
    }
    (first, then)
}

/// Delivers until each event was applied, again and again, in the given order, with repetitions and crashes: a crash
/// loses what was not written yet, and the event comes again.
fn deliver(book: &mut Book, events: &[(CommandId, Event)], noise: &[(Index, bool)]) {
    let mut queue: Vec<(CommandId, Event)> = events.to_vec();
    for (index, crash) in noise {
        let again = index.get(events).clone();
        if *crash {
            // Applied, and lost before it was durable.
            drop(book.clone().apply(&again.0, &key(ServiceAllowance), &again.1, &capped()));
        }
        queue.push(again);
    }
    for _ in 0..=events.len() {
        queue.retain(|(id, event)| {
            let refused = book.apply(id, &key(ServiceAllowance), event, &capped()).is_err();
            sound(book);
            refused
        });
    }
    assert!(queue.is_empty(), "{queue:?}");
}

/// What stands on each account, leaving out those with nothing.
fn totals(book: &Book) -> Vec<((accounts::ledger::Account, accounts::ledger::Unit), i64)> {
    book.balances().into_iter().filter(|(_, amount)| *amount != 0).collect()
}

proptest! {
    #[test]
    fn whatever_happens_the_books_are_sound(
        events in vec((anything(), any::<Index>(), any::<bool>()), 0..60),
    ) {
        let mut book = Book::default();
        book.apply(&id(9999), &key(ServiceAllowance), &Event::Grant(12_000), &capped()).unwrap();
        let all: Vec<Event> = events.iter().map(|(event, ..)| event.clone()).collect();
        for (number, (event, earlier, repeat)) in events.iter().enumerate() {
            // Another event under an id that was used is a repetition, whatever it says.
            let number = if *repeat { earlier.index(all.len()) } else { number };
            let event = if *repeat { &all[number] } else { event };
            drop(book.apply(&id(number), &key(ServiceAllowance), event, &capped()));
            sound(&book);
            within_caps(&book);
        }
    }

    #[test]
    fn a_repeated_event_changes_nothing(events in vec(anything(), 0..40)) {
        let mut book = Book::default();
        book.apply(&id(9999), &key(ServiceAllowance), &Event::Grant(12_000), &capped()).unwrap();
        for (number, event) in events.iter().enumerate() {
            if book.apply(&id(number), &key(ServiceAllowance), event, &capped()).is_ok() {
                let after = book.clone();
                book.apply(&id(number), &key(ServiceAllowance), event, &capped()).unwrap();
                prop_assert_eq!(&after, &book);
            }
        }
    }

    #[test]
    fn any_order_gives_the_same_totals(
        (fates, firsts, thens) in fates().prop_flat_map(|fates| {
            let (first, then) = month(&fates);
            (Just(fates), Just(first).prop_shuffle(), Just(then).prop_shuffle())
        }),
        early in any::<bool>(),
        noise in vec((any::<Index>(), any::<bool>()), 0..12),
    ) {
        let (first, then) = month(&fates);
        let mut straight = Book::default();
        deliver(&mut straight, &first, &[]);
        deliver(&mut straight, &then, &[]);

        let mut crooked = Book::default();
        if early {
            // What becomes of an order is told before the order is: refused, and told again.
            for (id, event) in thens.iter().filter(|(_, event)| !matches!(event, Event::Midnight(_))) {
                prop_assert!(crooked.apply(id, &key(ServiceAllowance), event, &capped()).is_err());
            }
        }
        deliver(&mut crooked, &firsts, &noise);
        deliver(&mut crooked, &thens, &noise);
        prop_assert_eq!(totals(&straight), totals(&crooked));
        prop_assert_eq!(straight.purses, crooked.purses);
    }
}
