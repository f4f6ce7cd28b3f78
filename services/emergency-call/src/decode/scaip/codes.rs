//! Device types and status codes of SCAIP, and what they mean here (SS 91100:2014, tables of `dty` and `stc`).

use domain::alarm::{AlarmCause, Fault, Says};

/// Device type 0002 is the controller itself.
const CONTROLLER: u32 = 2;

/// What a status of a device says. An unknown pair is an alarm of an unspecified cause: never dropped.
pub fn says(device_type: Option<u32>, status: Option<u32>) -> Says {
    let fault = |fault| Says::Fault { fault };
    let restored = |fault| Says::Restored { fault };
    match status {
        // 0016 low battery, 0066/0067 mains lost and back on a controller, 0069 radio lost, 0092/0093 reset.
        Some(16) => fault(Fault::LowBattery),
        Some(17) => restored(Fault::LowBattery),
        Some(66) => fault(Fault::MainsLost),
        Some(67) => restored(Fault::MainsLost),
        Some(69) => fault(Fault::WeakSignal),
        Some(92 | 93) => Says::Cleared,
        // 0009 automatic test of a controller is a sign of life; of any other device it is an automatic alarm.
        Some(9) if device_type == Some(CONTROLLER) => Says::Alive,
        _ => Says::Alarm { cause: cause(device_type) },
    }
}

/// Whether the code is a test call (0102 periodic, 0103 manual).
pub const fn is_test(status: Option<u32>) -> bool {
    matches!(status, Some(102 | 103))
}

fn cause(device_type: Option<u32>) -> AlarmCause {
    match device_type {
        // 0001 unknown, 0002 controller, 0003 pendant, 0004 fixed, 0007 panic.
        Some(2..=4 | 7) => AlarmCause::Sos,
        Some(5) => AlarmCause::Fall,
        Some(10 | 11) => AlarmCause::Inactivity,
        Some(12) => AlarmCause::BedExit,
        Some(14) => AlarmCause::Wandering,
        Some(21) => AlarmCause::Gas,
        Some(22) => AlarmCause::Flood,
        Some(23) => AlarmCause::Smoke,
        _ => AlarmCause::Unspecified,
    }
}
