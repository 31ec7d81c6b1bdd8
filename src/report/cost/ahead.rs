//! What is coming: ends of models, other prices, and what would save money.

use super::table::Section;
use super::words::usd;
use crate::cost::statement::Statement;

/// The tables, those without a row left out.
pub(super) fn sections(statement: &Statement) -> Vec<Section> {
    let mut all = Vec::new();
    if !statement.lifecycle.is_empty() {
        let mut section =
            Section::new("lifecycle", "Coming", &["on", "model", "id", "what", "rehearse"]);
        section.words = true;
        for one in &statement.lifecycle {
            section.row([
                one.on.clone(),
                one.slot.to_string(),
                one.id.clone(),
                one.what.clone(),
                one.command.clone().unwrap_or_default(),
            ]);
        }
        all.push(section);
    }
    if !statement.erosion.is_empty() {
        let head = ["model", "from", "one run $", "against today"];
        let mut section = Section::new("erosion", "The same work at other prices", &head);
        for point in &statement.erosion {
            let from = point.from.clone().unwrap_or_else(|| "since ever".to_owned());
            let from = if point.announced { format!("{from} (announced)") } else { from };
            section.row([
                point.slot.to_string(),
                from,
                usd(point.run_usd),
                point.factor.map_or_else(|| "–".to_owned(), |factor| format!("×{factor:.2}")),
            ]);
        }
        all.push(section);
    }
    if !statement.levers.is_empty() {
        let mut section = Section::new("levers", "What would save", &["lever", "$ a month"]);
        for lever in &statement.levers {
            section.row([lever.about.clone(), usd(lever.usd_month)]);
        }
        all.push(section);
    }
    if !statement.gate.is_empty() {
        let mut section = Section::new("gate", "Limits", &["limit", "is", "at most", "", "what"]);
        section.words = true;
        for line in &statement.gate {
            section.row([
                line.key.to_owned(),
                line.value.map_or_else(|| "unknown".to_owned(), super::words::value),
                super::words::value(line.limit),
                if line.passes { "holds" } else { "fails" }.to_owned(),
                line.about.clone(),
            ]);
        }
        all.push(section);
    }
    all
}
