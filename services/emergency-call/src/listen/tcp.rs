//! TCP listeners: so many connections at a time, one task each, ended together.

use std::{future::Future, sync::Arc, time::Duration};

use runtime::BoxError;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// After an error of `accept` that is not the client's fault: out of file descriptors, mostly.
const PAUSE: Duration = Duration::from_millis(100);
/// A device that says nothing for so long is gone; its next word comes on a new connection.
pub const SILENT: Duration = Duration::from_mins(30);

/// Accepts until told to stop; then ends every connection. What was not answered by then, the device repeats.
///
/// # Errors
/// None at present; trouble with a connection ends that connection alone.
pub async fn serve<F, Fut>(
    listener: TcpListener,
    limit: usize,
    stop: CancellationToken,
    speak: F,
) -> Result<(), BoxError>
where
    F: Fn(TcpStream) -> Fut,
    Fut: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(limit));
    let connections = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place?,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // An answer goes out at once.
        let _ = stream.set_nodelay(true);
        let conversation = speak(stream);
        let stop = stop.clone();
        connections.spawn(async move {
            tokio::select! {
                ended = conversation => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a device's connection ended");
                    }
                }
                () = stop.cancelled() => {}
            }
            drop(place);
        });
    }
    connections.close();
    connections.wait().await;
    Ok(())
}
