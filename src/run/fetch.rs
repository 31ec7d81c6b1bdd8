//! Fetches one document: a single request that is no question to a model.

use std::io;
use std::time::Duration;

use crate::domain::{HttpRequest, HttpResponse, TransportError};
use crate::transport::Transport;

/// Sends the request once, and waits at most so long. For callers that are not async.
pub(crate) fn fetch_blocking(
    request: &HttpRequest,
    transport: &dyn Transport,
    patience: Duration,
) -> io::Result<Result<HttpResponse, TransportError>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let response = runtime.block_on(transport.send(request, 0, patience));
    runtime.shutdown_background();
    Ok(response)
}
