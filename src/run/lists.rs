//! Asks providers for their lists of models: a few requests that cost no tokens, all at once.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::domain::HttpRequest;
use crate::provider::{Listed, read_list};
use crate::transport::Transport;

/// How long one list may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of asking for a list: the models, or why there is none.
pub(crate) type ListAnswer = Result<Vec<Listed>, String>;

/// Sends the requests, each once, and reads the lists. The answers stand in the order of the
/// requests. For callers that are not async.
pub(crate) fn lists_blocking(
    requests: Vec<HttpRequest>,
    transport: &Arc<dyn Transport>,
) -> io::Result<Vec<ListAnswer>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let answers = runtime.block_on(async {
        let mut asked = JoinSet::new();
        for (at, request) in requests.into_iter().enumerate() {
            let transport = Arc::clone(transport);
            asked.spawn(async move { (at, ask(&request, &*transport).await) });
        }
        let mut answers = Vec::new();
        while let Some(answer) = asked.join_next().await {
            answers.push(answer.map_err(io::Error::other)?);
        }
        answers.sort_by_key(|(at, _)| *at);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    });
    runtime.shutdown_background();
    answers
}

async fn ask(request: &HttpRequest, transport: &dyn Transport) -> ListAnswer {
    let response = transport.send(request, 0, PATIENCE).await;
    let response = response.map_err(|error| error.to_string())?;
    read_list(&response).map_err(|error| format!("{}: {error}", error.class))
}
