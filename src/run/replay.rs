//! One cell judged by recorded answers alone: sends nothing, and waits for nothing.

use jiff::Timestamp;

use super::Prepared;
use super::answer;
use super::ask::{begun, failed, milliseconds};
use super::judge::judge;
use super::retry::Failure;
use crate::domain::{CellRecord, HttpResponse, Trial};
use crate::provider;
use crate::verdict::Baseline;

/// What a run that gets these responses says of a cell, each with the number of its trial. Of
/// samples that are not among them nothing is said.
pub(crate) fn replay(
    cell: &Prepared,
    responses: impl IntoIterator<Item = (u32, HttpResponse)>,
    baseline: Baseline,
) -> CellRecord {
    let trials = responses.into_iter().map(|(number, response)| trial(cell, number, &response));
    judge(cell, trials.collect(), None, baseline)
}

fn trial(cell: &Prepared, number: u32, response: &HttpResponse) -> Trial {
    let mut trial = begun(number, response.source.recorded_at().unwrap_or(Timestamp::UNIX_EPOCH));
    trial.source = response.source;
    trial.latency_ms = milliseconds(response.elapsed);
    let mut trial = match provider::decode(&cell.cell.model, response) {
        Ok(completion) => answer::read(cell, completion, trial),
        Err(error) => failed(cell, &Failure::from(error), trial),
    };
    answer::hold_to_limits(cell, &mut trial);
    trial
}
