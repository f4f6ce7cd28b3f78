//! What the registry keeps, on both databases: every scenario runs on SQLite and on a real PostgreSQL.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod facilities;
mod keys;
mod organisations;
mod people;
mod plans;
mod rosters;
mod support;

/// Each scenario as two tests.
macro_rules! on_both {
    ($($room:ident::$name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::$room::$name(crate::support::Ground::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::$room::$name(crate::support::Ground::postgres()).await;
            })+
        }
    };
}

on_both! {
    people::a_profile_is_told_once_and_agrees_with_the_stream,
    people::a_person_has_one_file,
    people::nothing_of_the_vault_lies_open_in_a_backup,
    people::erasing_takes_two_and_leaves_the_id_only,
    people::all_that_is_held_goes_to_the_person,
    people::what_is_handed_out_and_what_is_refused_stands_in_one_order,
    keys::keys_are_sealed_anew_and_the_old_key_opens_nothing,
    keys::another_key_is_refused,
    organisations::a_contract_takes_two_and_its_end_is_told,
    organisations::what_accounts_decides_is_kept_with_the_organisation,
    facilities::a_facility_from_the_application_to_the_grade,
    facilities::a_building_is_as_the_document_asks,
    rosters::leave_is_off_and_a_swap_changes_hands,
    rosters::a_roster_outlives_the_next_import,
    plans::a_command_is_taken_once,
}
