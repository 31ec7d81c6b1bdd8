//! What a run would take, as people read it before anything is sent.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::paint::{self, BOLD, DIM, paint};
use crate::cost::forecast::{Forecast, Share};
use crate::domain::{EnvName, Slot};
use crate::drift::MOST_OF_CELL;

/// Calls, tokens and money by slot. `skipped` are the slots without a key, `cells` is the size of the
/// matrix, `wait_ms` what the calls take together.
pub(crate) fn render(
    forecast: &Forecast,
    skipped: &BTreeMap<Slot, EnvName>,
    cells: usize,
    wait_ms: Option<u64>,
) -> String {
    let total = &forecast.total;
    let mut out = format!(
        "Would ask {} of {}: {}{}.\n",
        paint::count(forecast.cells, "cell"),
        paint::grouped(cells),
        paint::count(total.calls, "call"),
        reused(total),
    );
    let width = forecast.slots.keys().chain(skipped.keys()).map(|slot| slot.as_str().len()).max();
    let width = width.unwrap_or(0).max(14) + 2;
    for (slot, share) in &forecast.slots {
        let text = match skipped.get(slot) {
            Some(key) => format!("skipped: `{key}` is not set"),
            None => line(share),
        };
        let _ = writeln!(out, "  {:<width$}{text}", slot.as_str());
    }
    if total.calls > 0 {
        let _ = writeln!(out, "{}  {}{}", paint(BOLD, "Expected"), money(total), wait(wait_ms));
        out.push_str(&basis(total));
    }
    if forecast.further > 0 {
        let more = paint::count(forecast.further, "more call");
        let _ = writeln!(out, "Where answers differ, up to {more}, to tell a change from noise;");
        let _ = writeln!(out, "where a cell breaks, up to {MOST_OF_CELL} more of that cell.");
    }
    out.push_str("Nothing was sent.\n");
    out
}

fn reused(share: &Share) -> String {
    match share.reused {
        0 => String::new(),
        number => format!(", and {} reused", paint::count(number, "answer")),
    }
}

/// `9 calls    12,340 tokens in, 2,100 out    $0.011, at most $0.021`
fn line(share: &Share) -> String {
    let calls = paint::count(share.calls, "call");
    if share.calls == 0 {
        return format!("{calls}{}", reused(share));
    }
    let output = share.output_tokens.map_or("?".to_owned(), grouped);
    let tokens = format!("{} tokens in, {output} out", grouped(share.input_tokens));
    format!("{calls:<10}  {tokens:<32}  {}", money(share))
}

/// What calls cost, as far as that can be known before.
pub(super) fn money(share: &Share) -> String {
    match (&share.unpriced, share.usd_pico, share.most_usd_pico) {
        (Some(why), ..) => format!("cost unknown: {why}"),
        (None, Some(expected), Some(most)) => format!("{expected}, at most {most}"),
        (None, Some(expected), None) => {
            format!("{expected}, and no limit: `max-output-tokens` is not set")
        }
        (None, None, Some(most)) => format!("at most {most}"),
        (None, None, None) => "cost unknown: `max-output-tokens` is not set".to_owned(),
    }
}

fn wait(milliseconds: Option<u64>) -> String {
    milliseconds.map(|ms| format!(", in about {}", paint::seconds(ms))).unwrap_or_default()
}

/// Where the figures are from.
fn basis(total: &Share) -> String {
    let said = match total.estimated {
        0 => "Tokens as in the last answers.".to_owned(),
        all if all == total.calls => "Tokens are guessed from the length of the texts.".to_owned(),
        some => format!(
            "Tokens as in the last answers; of {} guessed from the length of the texts.",
            paint::count(some, "call")
        ),
    };
    format!("{}\n", paint(DIM, said))
}

fn grouped(number: u64) -> String {
    paint::grouped(usize::try_from(number).unwrap_or(usize::MAX))
}
