//! The books on both databases: every scenario runs on SQLite and on a real PostgreSQL.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod backup;
mod books;
mod matters;
mod settlement;
mod support;

/// Each scenario as two tests.
macro_rules! on_both {
    ($($scenario:path as $name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $scenario(crate::support::Ground::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $scenario(crate::support::Ground::postgres()).await;
            })+
        }
    };
}

on_both! {
    crate::books::an_order_from_hold_to_capture as an_order_from_hold_to_capture,
    crate::books::caps_hold_however_many_ask_at_once as caps_hold_however_many_ask_at_once,
    crate::books::what_is_cut_off_happens_once as what_is_cut_off_happens_once,
    crate::books::midnight_closes_what_is_over as midnight_closes_what_is_over,
    crate::books::what_the_stream_tells_is_booked as what_the_stream_tells_is_booked,
    crate::books::points_follow_the_registry as points_follow_the_registry,
    crate::books::another_districts_books_are_refused as another_districts_books_are_refused,
    crate::backup::a_backup_gives_the_same_books as a_backup_gives_the_same_books,
    crate::matters::an_application_keeps_its_terms as an_application_keeps_its_terms,
    crate::matters::the_bureau_approves_what_the_rules_give_only as the_bureau_approves_what_the_rules_give_only,
    crate::matters::a_poor_rating_is_called_about as a_poor_rating_is_called_about,
    crate::matters::a_violation_that_is_not_mended_has_its_consequences as a_violation_that_is_not_mended_has_its_consequences,
    crate::matters::a_correction_takes_two as a_correction_takes_two,
    crate::matters::stars_are_given_by_two as stars_are_given_by_two,
    crate::matters::an_order_is_paid_as_it_was_agreed as an_order_is_paid_as_it_was_agreed,
    crate::settlement::drawn_approved_paid_once as drawn_approved_paid_once,
    crate::settlement::what_comes_late_is_settled_next as what_comes_late_is_settled_next,
}
