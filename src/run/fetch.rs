//! Fetches one document: a single request that is no question to a model.

use std::io;
use std::time::Duration;

use crate::domain::{HttpRequest, HttpResponse, TransportError};
use crate::transport::Transport;

/// How long it may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends the request once. For callers that are not async.
pub(crate) fn fetch_blocking(
    request: &HttpRequest,
    transport: &dyn Transport,
) -> io::Result<Result<HttpResponse, TransportError>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let response = runtime.block_on(transport.send(request, 0, PATIENCE));
    runtime.shutdown_background();
    Ok(response)
}
