//! What every model costs on one day, as a table.

use crate::cost::price_book::{ListedPrice, PriceList};
use crate::report::cost::table::Section;
use crate::report::paint::Look;

use super::shown;

pub(crate) fn list(list: &PriceList, look: Look) -> String {
    let title = format!("Prices on {}, USD per million tokens", list.at);
    let head = ["model", "input", "output", "cached", "batch in", "batch out", "from", "table", ""];
    let mut section = Section::new("prices", title, &head);
    section.tail = 3;
    for model in &list.models {
        let [batch_in, batch_out] = model.batch.map_or([None, None], |batch| batch.map(Some));
        section.row([
            format!("{}/{}", model.provider, model.id),
            shown(model.input),
            shown(model.output),
            shown(model.cache_read),
            shown(batch_in),
            shown(batch_out),
            model.from.map_or("ever".to_owned(), |from| from.to_string()),
            model.layer.to_string(),
            marks(model, list),
        ]);
    }
    section.note("prices show PROVIDER/ID has the history, tiers and hours of a model");
    section.text(look.width)
}

/// What the columns cannot say.
fn marks(model: &ListedPrice, list: &PriceList) -> String {
    let ended = model.shutdown.is_some_and(|day| day <= list.at);
    let end = model
        .shutdown
        .map(|day| if ended { format!("ended {day}") } else { format!("ends {day}") });
    let marks = [
        model.input.is_none().then(|| "no price of that day".to_owned()),
        model.has_tiers.then(|| "tiers".to_owned()),
        model.has_hours.then(|| "hours".to_owned()),
        end,
    ];
    marks.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
