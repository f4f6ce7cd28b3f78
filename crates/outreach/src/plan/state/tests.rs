use proptest::prelude::*;

use super::*;
use crate::{
    Channel, Content, Way,
    back_off::BackOff,
    plan::{Person, Step},
};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn call() -> Way {
    Way::Call("13800138000".parse().unwrap())
}

fn sms() -> Way {
    Way::SmsHttp("13800138000".parse().unwrap())
}

fn step(way: Way, within_ms: u32, tries: u16) -> Step {
    Step { way, within_ms, tries }
}

fn plan(enough: Enough, people: Vec<Vec<Step>>) -> Plan {
    Plan {
        message: "alarm-1".parse().unwrap(),
        urgency: Urgency::Alarm,
        content: Content {
            title: "急".into(), body: "急".into(), link: None, prompt: None, connect: false
        },
        enough,
        people: people.into_iter().map(|steps| Person { after_ms: 0, steps }).collect(),
        back_off: BackOff { first_ms: 1_000, most_ms: 8_000 },
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a try comes to")]
fn taken(reference: &str) -> Result<Reached, Failure> {
    Ok(Reached::Taken { references: vec![reference.to_owned()] })
}

fn failed(reason: Reason) -> Result<Reached, Failure> {
    Err(Failure::new(reason, "test"))
}

fn tried(person: u16, step: u16, number: u16, result: Result<Reached, Failure>) -> Event {
    Event::Tried { person, step, number, result }
}

/// A plan under test and where it stands.
struct Bench {
    plan: Plan,
    state: State,
}

impl Bench {
    fn begin(plan: Plan) -> (Self, Vec<Action>) {
        plan.check().unwrap();
        let (state, actions) = State::begin(&plan, None, at(0));
        (Self { plan, state }, actions)
    }

    fn at(&mut self, millis: i64, event: Event) -> Vec<Action> {
        self.state.apply(&self.plan, None, event, 0, at(millis))
    }
}

const fn attempt(person: u16, step: u16, number: u16, until: i64) -> Action {
    Action::Try { person, step, number, until: Timestamp::from_millis(until) }
}

#[test]
fn silence_leads_to_the_next_way_and_an_early_way_still_counts() {
    let steps = vec![step(sms(), 20_000, 1), step(call(), 60_000, 1)];
    let (mut bench, actions) = Bench::begin(plan(Enough::Accepted, vec![steps]));
    assert_eq!(actions, [attempt(0, 0, 1, 20_000)]);
    assert_eq!(bench.at(500, tried(0, 0, 1, taken("r"))), []);
    assert_eq!(bench.state.deadline(), Some(at(20_000)));
    assert_eq!(bench.at(20_000, Event::Tick), [attempt(0, 1, 1, 80_000)]);
    // The link in the SMS is tapped while the phone rings.
    let ending = Ending::Enough { person: 0 };
    let actions = bench.at(25_000, Event::Answered { person: 0, yes: true });
    assert_eq!(actions, [Action::Abort { person: 0, step: 1 }, Action::Ended(ending)]);
    assert_eq!(bench.at(26_000, tried(0, 1, 1, Ok(Reached::Declined))), []);
    assert_eq!(bench.state.deadline(), None);
}

#[test]
fn a_temporary_failure_is_tried_again_a_permanent_one_is_not() {
    let steps = vec![step(call(), 60_000, 2), step(sms(), 10_000, 3)];
    let (mut bench, _) = Bench::begin(plan(Enough::Accepted, vec![steps]));
    assert_eq!(bench.at(5_000, tried(0, 0, 1, failed(Reason::Busy))), []);
    let again = bench.state.deadline().unwrap();
    assert!(again > at(5_700) && again <= at(6_000), "{again:?}");
    assert_eq!(bench.at(6_000, Event::Tick), [attempt(0, 0, 2, 60_000)]);
    // Two tries were granted; then the next way, at once.
    assert_eq!(bench.at(7_000, tried(0, 0, 2, failed(Reason::Busy))), [attempt(0, 1, 1, 17_000)]);
    let gone = bench.at(8_000, tried(0, 1, 1, failed(Reason::AddressGone)));
    assert_eq!(gone, [Action::Forget { person: 0, step: 1 }, Action::Ended(Ending::Nobody)]);
}

#[test]
fn a_wait_that_outlasts_the_step_is_not_waited() {
    let steps = vec![step(sms(), 10_000, 3), step(call(), 60_000, 1)];
    let (mut bench, _) = Bench::begin(plan(Enough::Accepted, vec![steps]));
    let slow = Failure { retry_after_ms: Some(30_000), ..Failure::new(Reason::Throttled, "test") };
    assert_eq!(bench.at(100, tried(0, 0, 1, Err(slow))), [attempt(0, 1, 1, 60_100)]);
}

#[test]
fn the_first_to_accept_stops_the_others_and_who_declines_is_left_alone() {
    let steps = || vec![step(call(), 60_000, 1), step(sms(), 60_000, 1)];
    let (mut bench, actions) = Bench::begin(plan(Enough::Accepted, vec![steps(), steps(), steps()]));
    assert_eq!(actions.len(), 3);
    assert_eq!(bench.at(1_000, tried(0, 0, 1, Ok(Reached::Declined))), []);
    let actions = bench.at(2_000, tried(1, 0, 1, Ok(Reached::Accepted)));
    // Only the phone that still rings is stopped.
    let ending = Ending::Enough { person: 1 };
    assert_eq!(actions, [Action::Abort { person: 2, step: 0 }, Action::Ended(ending)]);
    assert_eq!(bench.state.ending(), Some(ending));
}

#[test]
fn receipts_of_all_parts_are_needed_and_a_bad_one_moves_on() {
    let steps = vec![step(sms(), 60_000, 1), step(call(), 60_000, 1)];
    let receipt = |reference: &str, delivery| {
        Event::Receipt(Receipt {
            channel: Channel::SmsHttp,
            reference: reference.to_owned(),
            delivery,
            code: "X".to_owned(),
        })
    };
    let two = Ok(Reached::Taken { references: vec!["a".to_owned(), "b".to_owned()] });
    let (mut bench, _) = Bench::begin(plan(Enough::Delivered, vec![steps.clone()]));
    bench.at(10, tried(0, 0, 1, two));
    assert_eq!(bench.at(20, receipt("a", Delivery::Delivered)), []);
    assert_eq!(bench.at(21, receipt("a", Delivery::Delivered)), []);
    let done = bench.at(30, receipt("b", Delivery::Delivered));
    assert_eq!(done, [Action::Ended(Ending::Enough { person: 0 })]);

    let (mut bench, _) = Bench::begin(plan(Enough::Delivered, vec![steps]));
    bench.at(10, tried(0, 0, 1, taken("a")));
    assert_eq!(bench.at(15, receipt("other", Delivery::Failed)), []);
    assert_eq!(bench.at(20, receipt("a", Delivery::Failed)), [attempt(0, 1, 1, 60_020)]);
}

#[test]
fn a_notice_waits_for_the_morning_and_an_alarm_does_not() {
    let quiet = QuietHours { from: "22:00".parse().unwrap(), until: "07:00".parse().unwrap() };
    let night: Timestamp = "2026-11-27T23:00:00+08:00".parse().unwrap();
    let morning: Timestamp = "2026-11-28T07:00:00+08:00".parse().unwrap();
    let mut plan = plan(Enough::Taken, vec![vec![step(sms(), 10_000, 1)]]);
    assert_eq!(State::begin(&plan, Some(&quiet), night).1.len(), 1);
    plan.urgency = Urgency::Notice;
    let (mut state, actions) = State::begin(&plan, Some(&quiet), night);
    assert_eq!((actions.len(), state.deadline()), (0, Some(morning)));
    let actions = state.apply(&plan, Some(&quiet), Event::Tick, 0, morning);
    assert_eq!(actions, [Action::Try { person: 0, step: 0, number: 1, until: morning.plus_millis(10_000) }]);
}

#[test]
fn who_takes_over_goes_on_where_it_stood() {
    let steps = vec![step(sms(), 20_000, 1), step(call(), 60_000, 1)];
    let (mut bench, actions) = Bench::begin(plan(Enough::Accepted, vec![steps]));
    let kept = serde_json::to_string(&bench.state).unwrap();
    assert!(!kept.contains("138"), "no address in {kept}");
    bench.state = serde_json::from_str(&kept).unwrap();
    assert_eq!(bench.state.resume(), actions);
    // The process was away longer than the step lasts.
    let late = bench.at(25_000, Event::Tick);
    assert_eq!(late, [Action::Abort { person: 0, step: 0 }, attempt(0, 1, 1, 85_000)]);
}

fn any_event() -> impl Strategy<Value = Event> {
    let result = prop_oneof![
        Just(taken("r")),
        Just(Ok(Reached::Heard)),
        Just(Ok(Reached::Declined)),
        Just(failed(Reason::Busy)),
        Just(failed(Reason::TimedOut)),
        Just(failed(Reason::AddressGone)),
    ];
    prop_oneof![
        4 => Just(Event::Tick),
        4 => (0_u16..4, 0_u16..3, 1_u16..4, result)
            .prop_map(|(person, step, number, result)| tried(person, step, number, result)),
        1 => (0_u16..4).prop_map(|person| Event::Answered { person, yes: false }),
    ]
}

proptest! {
    /// Whatever happens, in whatever order and however often: no step is tried more often than granted, steps never go
    /// back, and it ends within the sum of its times.
    #[test]
    fn every_plan_ends_in_bounds(events in prop::collection::vec((0_i64..3_000, any_event()), 0..60)) {
        let steps = || vec![step(sms(), 5_000, 3), step(call(), 7_000, 2)];
        let (mut bench, mut actions) = Bench::begin(plan(Enough::Accepted, vec![steps(), steps(), steps()]));
        let mut now = 0;
        let mut tries: Vec<(u16, u16, u16)> = Vec::new();
        let late = std::iter::repeat_n((3_000, Event::Tick), 12);
        for (pause, event) in events.into_iter().chain(late) {
            for action in actions.drain(..) {
                if let Action::Try { person, step, number, .. } = action {
                    let last = tries.iter().filter(|(who, ..)| *who == person).max();
                    prop_assert!(last < Some(&(person, step, number)), "{last:?} before {step} {number}");
                    prop_assert!(number <= [3, 2][usize::from(step)]);
                    tries.push((person, step, number));
                }
            }
            now += pause;
            actions = bench.at(now, event);
        }
        prop_assert!(bench.state.ending().is_some());
    }
}
