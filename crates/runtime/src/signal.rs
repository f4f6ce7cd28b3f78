//! The operating system's wish that the process ends.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGINT or SIGTERM and names it.
///
/// # Errors
/// If the handlers cannot be installed.
pub(crate) async fn stop_signal() -> std::io::Result<&'static str> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    })
}
