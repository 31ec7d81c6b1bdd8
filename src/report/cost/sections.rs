//! The parts of the statement as tables.

use super::table::Section;
use super::words::{basis, hours, number, percent, span, usd, value};
use crate::cost::spend::CallTotals;
use crate::cost::statement::Statement;
use crate::report::paint::count;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    /// Calls by what they were for.
    Kind,
    /// The babysitting ledger.
    Model,
    /// Calls by prompt.
    Prompt,
    /// Calls by month.
    Month,
    /// Bumps.
    Bump,
    /// Runs.
    Run,
    /// What one more would add.
    Marginal,
    /// Month by month, and what is coming.
    Forecast,
    /// Architectures and their verdict.
    Compare,
    /// Every parameter.
    Assumptions,
}

impl Topic {
    /// All of them, in the order of a page.
    pub(crate) const ALL: [Self; 10] = [
        Self::Model,
        Self::Compare,
        Self::Bump,
        Self::Marginal,
        Self::Forecast,
        Self::Kind,
        Self::Prompt,
        Self::Month,
        Self::Run,
        Self::Assumptions,
    ];
}

/// The tables of a topic.
pub(super) fn sections(statement: &Statement, topic: Topic) -> Vec<Section> {
    match topic {
        Topic::Kind => vec![kinds(statement)],
        Topic::Model => vec![ledger(statement), per_valid(statement)],
        Topic::Prompt => vec![prompts(statement)],
        Topic::Month => vec![months(statement)],
        Topic::Bump => vec![bumps(statement)],
        Topic::Run => vec![runs(statement)],
        Topic::Marginal => vec![marginal(statement)],
        Topic::Forecast => forecast(statement),
        Topic::Compare => super::compared::sections(statement),
        Topic::Assumptions => vec![assumptions(statement)],
    }
}

fn window(statement: &Statement) -> String {
    match &statement.window.run {
        Some(run) => format!("run {run}"),
        None => format!("last {:.0} days", statement.window.days),
    }
}

const SPENT: [&str; 6] = ["calls", "valid", "unknown cost", "failed requests", "$", "share"];

fn spent(tally: CallTotals, whole: CallTotals) -> Vec<String> {
    let all = whole.cost.dollars();
    let share = if all > 0.0 { percent(tally.cost.dollars() / all, 1) } else { "–".to_owned() };
    vec![
        tally.calls.to_string(),
        tally.valid.to_string(),
        tally.unpriced.to_string(),
        tally.unbilled.to_string(),
        tally.cost.to_string(),
        share,
    ]
}

fn spend<'s>(
    statement: &Statement,
    id: &'static str,
    title: String,
    first: &str,
    rows: impl Iterator<Item = (String, &'s CallTotals)>,
) -> Section {
    let mut head = vec![first];
    head.extend(SPENT);
    let mut section = Section::new(id, title, &head);
    let total = statement.spend.total;
    for (name, tally) in rows {
        section.row(std::iter::once(name).chain(spent(*tally, total)));
    }
    section.row(std::iter::once("total".to_owned()).chain(spent(total, total)));
    section
}

fn kinds(statement: &Statement) -> Section {
    let title = format!("Calls by what they were for, {}", window(statement));
    let rows = statement.spend.by_kind.iter().map(|(kind, tally)| (kind.word().to_owned(), tally));
    spend(statement, "kinds", title, "what for", rows)
}

fn prompts(statement: &Statement) -> Section {
    let title = format!("Calls by prompt, {}", window(statement));
    let rows = statement.spend.by_prompt.iter().map(|(name, tally)| {
        let name = if name.is_empty() { "(not told by prompt)" } else { name };
        (name.to_owned(), tally)
    });
    spend(statement, "prompts", title, "prompt", rows)
}

fn months(statement: &Statement) -> Section {
    let title = format!("Calls by month, {}", window(statement));
    let rows = statement
        .spend
        .by_month
        .iter()
        .map(|(month, tally)| (month.get(..7).unwrap_or(month).to_owned(), tally));
    spend(statement, "months", title, "month", rows)
}

fn runs(statement: &Statement) -> Section {
    let mut section = Section::new(
        "runs",
        format!("Runs, {}", window(statement)),
        &["run", "calls", "valid", "unknown cost", "failed requests", "$", "share"],
    );
    for run in &statement.runs {
        section.row(std::iter::once(run.id.clone()).chain(spent(run.spent, statement.spend.total)));
    }
    section
}

fn ledger(statement: &Statement) -> Section {
    let head = [
        "model",
        "bumps",
        "broken",
        "silent",
        "looked",
        "noted",
        "estimated",
        "people $",
        "calls $",
        "h/year ahead",
    ];
    let mut section = Section::new("ledger", format!("Babysitting, {}", window(statement)), &head);
    for slot in &statement.slots {
        let broken = slot.broken_loud + slot.broken_silent;
        let silent = match broken {
            0 => "–".to_owned(),
            broken => percent(real(slot.broken_silent) / real(broken), 0),
        };
        section.row([
            slot.slot.to_string(),
            slot.bumps.to_string(),
            format!("{broken}/{}", slot.compared),
            silent,
            span(slot.minutes.review + slot.minutes.triage + slot.minutes.overhead),
            span(slot.minutes.noted),
            span(slot.estimated_minutes),
            usd(slot.people_usd),
            slot.spent.cost.to_string(),
            format!("{:.1}", slot.projection.year.hours()),
        ]);
    }
    let all = &statement.people;
    section.note(format!(
        "people {}: measured {} in {}, estimated {} for bumps that nobody measured",
        usd(all.usd),
        span(all.measured.sum()),
        count(all.sessions, "session"),
        span(all.estimated_minutes),
    ));
    if let Some(slot) = statement.slots.first().filter(|_| statement.slots.len() > 1) {
        let of = if slot.shares_measured { "spent" } else { "forecast" };
        section.note(format!(
            "{} takes {} of people's time and {} of the money for calls ({of})",
            slot.slot,
            percent(slot.people_share, 0),
            percent(slot.calls_share, 0)
        ));
    }
    section
}

#[expect(clippy::cast_precision_loss, reason = "numbers of cells")]
fn real(number: usize) -> f64 {
    number as f64
}

fn per_valid(statement: &Statement) -> Section {
    let mut section = Section::new(
        "per-valid",
        "What one valid answer costs",
        &["model", "id", "valid", "95 %", "$ per call", "$ per valid answer", "95 %"],
    );
    for slot in &statement.slots {
        let one = &slot.per_valid;
        let cost = match (one.usd_per_valid, one.n, one.x) {
            (Some(cost), ..) => {
                [usd(cost.mean), format!("{} to {}", usd(cost.low), high(cost.high))]
            }
            (None, 0, _) => ["not run yet".to_owned(), "–".to_owned()],
            (None, n, 0) => [format!("none: 0 of {n} valid"), "–".to_owned()],
            (None, ..) => ["unknown".to_owned(), "–".to_owned()],
        };
        let [mean, interval] = cost;
        section.row([
            slot.slot.to_string(),
            slot.id.clone(),
            format!("{}/{}", one.x, one.n),
            format!("{} to {}", percent(one.valid.low, 1), percent(one.valid.high, 1)),
            one.usd_per_call.map_or_else(|| "unknown".to_owned(), usd),
            mean,
            interval,
        ]);
    }
    section
}

fn high(end: f64) -> String {
    if end.is_finite() { usd(end) } else { "no end".to_owned() }
}

fn bumps(statement: &Statement) -> Section {
    let head = [
        "bump",
        "seen",
        "model",
        "class",
        "from → to",
        "changed",
        "broken",
        "silent",
        "minutes",
        "people $",
        "calls $",
    ];
    let mut section = Section::new("bumps", format!("Bumps, {}", window(statement)), &head);
    for bump in &statement.bumps {
        let minutes = if bump.estimated_minutes > 0.0 {
            format!("{} (estimated)", span(bump.estimated_minutes))
        } else {
            span(bump.minutes.sum())
        };
        section.row([
            bump.id.chars().take(8).collect(),
            bump.at.chars().take(10).collect(),
            bump.slot.to_string(),
            bump.class.to_string(),
            format!("{} → {}", bump.from, bump.to),
            format!("{}/{}", bump.changed, bump.cells),
            (bump.broken_loud + bump.broken_silent).to_string(),
            bump.broken_silent.to_string(),
            minutes,
            usd(bump.people_usd),
            bump.calls.cost.to_string(),
        ]);
    }
    if statement.bumps.is_empty() {
        section.note("no bump in the ledger; promptmatrix bumps says what is coming");
    }
    section
}

fn marginal(statement: &Statement) -> Section {
    let head = ["one more", "$ a year", "of that calls", "people a year", "$ once", "people once"];
    let mut section = Section::new("marginal", "What one more would add", &head);
    let mut add = |name: &str, one: &crate::cost::upkeep::Marginal| {
        section.row([
            name.to_owned(),
            usd(one.year.usd()),
            usd(one.year.runs_usd),
            hours(one.year.hours()),
            usd(one.once_usd),
            hours(one.once_hours),
        ]);
    };
    if let Some(model) = &statement.marginal.model {
        add("model, like the average of yours", model);
    }
    add("prompt, on every model", &statement.marginal.prompt);
    section
}

fn forecast(statement: &Statement) -> Vec<Section> {
    let head = ["month", "runs $", "upkeep $", "people", "$"];
    let mut section = Section::new("forecast", "Month by month", &head);
    let mut sum = (0.0, 0.0, 0.0);
    for month in &statement.months {
        sum = (sum.0 + month.runs_usd, sum.1 + month.upkeep_usd, sum.2 + month.hours);
        section.row([
            month.month.chars().take(7).collect(),
            usd(month.runs_usd),
            usd(month.upkeep_usd),
            hours(month.hours),
            usd(month.runs_usd + month.upkeep_usd),
        ]);
    }
    section.row(["total".to_owned(), usd(sum.0), usd(sum.1), hours(sum.2), usd(sum.0 + sum.1)]);
    section.note("prices that are announced are in the months in which they hold");
    vec![section, coming(statement), limits(statement)]
}

fn coming(statement: &Statement) -> Section {
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
    section
}

fn limits(statement: &Statement) -> Section {
    let mut section = Section::new("gate", "Limits", &["limit", "is", "at most", "", "what"]);
    section.words = true;
    for line in &statement.gate {
        section.row([
            line.key.to_owned(),
            line.value.map_or_else(|| "unknown".to_owned(), value),
            value(line.limit),
            if line.passes { "holds" } else { "fails" }.to_owned(),
            line.about.clone(),
        ]);
    }
    section
}

fn assumptions(statement: &Statement) -> Section {
    let head = ["parameter", "value", "range", "rests on", "from", "how it is measured"];
    let mut section = Section::new("assumptions", "Every parameter, and what it rests on", &head);
    section.words = true;
    for figure in &statement.params {
        let info = figure.param.info();
        section.row([
            info.name.to_owned(),
            format!("{} {}", value(figure.value), info.unit).trim_end().to_owned(),
            format!("{} to {}", value(figure.low), value(figure.high)),
            basis(figure.basis, figure.n),
            figure.source.clone(),
            info.measure.to_owned(),
        ]);
    }
    for slot in &statement.slots {
        let bumps = &slot.projection.bumps;
        section.row([
            format!("bumps a year of {}", slot.slot),
            value((bumps.per_year * 100.0).round() / 100.0),
            format!("{:.2} to {:.2}", bumps.low, bumps.high),
            bumps.basis.as_str().to_owned(),
            bumps.source.clone(),
            "every bump in the ledger moves it".to_owned(),
        ]);
    }
    if let Some(compare) = &statement.compare {
        let volume = compare.volume.map_or_else(|| "unknown".to_owned(), number);
        section.note(format!("requests a month: {volume} (cost.requests-per-month, or --volume)"));
    }
    section
}
