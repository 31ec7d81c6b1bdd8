//! What moved under each slot, and what is coming, as people read it.

use std::fmt::Write;

use jiff::Timestamp;

use super::escape;
use super::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, paint};
use crate::cost::bump_book::{BumpBook, ConfirmedSlot, Counts, PastBump};
use crate::cost::lifecycle::{Confidence, Ending, PriceChange, Retirement};
use crate::domain::BumpClass;

pub(crate) fn render(book: &BumpBook, look: Look) -> String {
    let mut out = past(book);
    out += &open(book);
    out += &confirmed(book);
    out += &coming(book, look);
    if look.verbose {
        out += &wordings(book);
    }
    for note in &book.notes {
        let _ = writeln!(out, "{}: {}", paint(REVIEW, "note"), escape::line(note));
    }
    out + &verdict(book)
}

fn head(text: &str, rest: &str) -> String {
    format!("{}  {}\n", paint(BOLD, text), paint(DIM, rest))
}

fn past(book: &BumpBook) -> String {
    let window = format!("last {} days", book.since_days);
    if book.bumps.is_empty() {
        return head("What moved", &format!("{window}: nothing"));
    }
    let mut out = head("What moved", &window);
    let widest = book.bumps.iter().map(|bump| bump.slot.as_str().chars().count()).max();
    for bump in &book.bumps {
        let _ = writeln!(
            out,
            "  {}  {:<width$}  {}  {} → {}",
            bump.at.strftime("%Y-%m-%d"),
            bump.slot,
            paint(class(bump.class), format_args!("{:<11}", bump.class)),
            escape::line(&bump.from),
            escape::line(&bump.to),
            width = widest.unwrap_or(0),
        );
        let _ = writeln!(out, "              {}", paint(DIM, effects(bump)));
    }
    out
}

/// What nobody here decided catches the eye.
fn class(class: BumpClass) -> anstyle::Style {
    match class {
        BumpClass::Config => GOOD,
        BumpClass::Price | BumpClass::Forced | BumpClass::Fingerprint => REVIEW,
        BumpClass::AliasMove | BumpClass::Redirect | BumpClass::Drift => BAD,
    }
}

fn effects(bump: &PastBump) -> String {
    let Some(counts) = bump.effects else {
        let commit = bump.commit.as_deref().unwrap_or_default();
        let snapshots = paint::count(bump.cells, "snapshot");
        return format!("{snapshots} in commit {commit}; the ledger does not know it");
    };
    let Counts { changed, broken_loud, broken_silent } = counts;
    let cells = paint::count(bump.cells, "cell");
    let mut text = match bump.class {
        BumpClass::Price => "input/output per million tokens; no answer changes by it".to_owned(),
        BumpClass::Fingerprint => format!("{cells}, answered as before"),
        _ => format!(
            "{cells}: {broken_loud} broken loudly, {broken_silent} broken silently, {changed} to review"
        ),
    };
    if bump.minutes > 0.0 {
        let _ = write!(text, "; {:.0} min of review", bump.minutes);
    }
    if bump.fixes > 0 {
        let _ = write!(text, "; {}", paint::count(bump.fixes, "commit to fix it"));
    }
    text
}

/// What moved behind an id and waits for people.
fn open(book: &BumpBook) -> String {
    let mut out = String::new();
    for bump in &book.open {
        let (word, todo) = if bump.class.moves_answers() {
            let todo = format!("promptmatrix run @{}, then accept or reject", bump.slot);
            (paint(BAD, "not settled"), todo)
        } else {
            (paint(DIM, "beside it"), "answers are as accepted: nothing to do".to_owned())
        };
        let _ = writeln!(
            out,
            "  {word}  {}  {}  {} → {}   {}",
            bump.slot,
            paint(class(bump.class), bump.class),
            escape::line(&bump.from),
            escape::line(&bump.to),
            paint(HINT, todo),
        );
        let day = |at: Timestamp| at.strftime("%Y-%m-%d");
        let seen = format!(
            "first seen {}, last seen {} in run {}",
            day(bump.first_seen),
            day(bump.last_seen),
            bump.run
        );
        let _ = writeln!(out, "              {}", paint(DIM, seen));
    }
    out
}

/// Who answered when answers were last accepted.
fn confirmed(book: &BumpBook) -> String {
    if book.confirmed.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}", head("Who answers", "by promptmatrix.lock"));
    let rows = || book.confirmed.iter().map(|one| (one, who(one)));
    let slots = rows().map(|(one, _)| one.slot.as_str().chars().count()).max().unwrap_or(0);
    let whos = rows().map(|(_, who)| who.chars().count()).max().unwrap_or(0);
    for (one, who) in rows() {
        let last = one.last_seen.map_or("in no stored run".to_owned(), |at| {
            format!("last seen {}", at.strftime("%Y-%m-%d"))
        });
        let _ = writeln!(
            out,
            "  {:<slots$}  {who:<whos$}  {}",
            one.slot,
            paint(DIM, format_args!("confirmed {}, {last}", one.first_seen)),
        );
    }
    out
}

/// `gpt-5, by gpt-5-2026-08-07`.
fn who(one: &ConfirmedSlot) -> String {
    let who = match one.served.as_slice() {
        [] => format!("{}, by a version that is not disclosed", one.requested),
        [id] if *id == one.requested => one.requested.clone(),
        ids => format!("{}, by {}", one.requested, ids.join(", ")),
    };
    escape::line(&who)
}

fn coming(book: &BumpBook, look: Look) -> String {
    let window = format!("next {} days", book.upcoming_days);
    let nothing = book.retirements.is_empty() && book.prices.is_empty();
    let mut out = if nothing {
        format!("\n{}", head("What is coming", &format!("{window}: nothing that is known")))
    } else {
        format!("\n{}", head("What is coming", &window))
    };
    for one in &book.retirements {
        out += &retirement(one, book.failing.contains(&one.slot));
    }
    out.extend(book.prices.iter().map(price));
    if look.verbose {
        out.extend(book.later.iter().map(|one| retirement(one, false)));
    } else if !book.later.is_empty() {
        let later = paint::count(book.later.len(), "end");
        let _ = writeln!(out, "  {}", paint(DIM, format_args!("{later} after that: -v shows")));
    }
    out
}

/// `in 52 days`, `today`, `18 days ago`.
pub(super) fn when(days_left: i32) -> String {
    let days = usize::try_from(days_left.unsigned_abs()).unwrap_or(usize::MAX);
    match days_left {
        0 => "today".to_owned(),
        1.. => format!("in {}", paint::count(days, "day")),
        _ => format!("{} ago", paint::count(days, "day")),
    }
}

const PER_MILLION: &str = "in/out per million tokens";

pub(super) fn retirement(one: &Retirement, fails: bool) -> String {
    let other = || one.successor.as_ref().map_or("another model", |successor| &successor.id);
    let what = match (one.ending, one.days_left <= 0) {
        (Ending::Redirects, false) => format!("will be answered by {}", other()),
        (Ending::Redirects, true) => format!("is answered by {}", other()),
        (Ending::Stops, false) => "stops answering".to_owned(),
        (Ending::Stops, true) => "has stopped answering".to_owned(),
        (Ending::Moves, _) => "ends: the id will mean another version".to_owned(),
    };
    let style = if fails || one.days_left <= 0 { BAD } else { REVIEW };
    let when = paint(style, format_args!("{:<12}", when(one.days_left)));
    let mut out =
        format!("  {}  {when}  {}  {} {what}", one.shutdown, one.slot, escape::line(&one.id));
    if let Some(successor) = one.successor.as_ref().filter(|_| one.ending != Ending::Redirects) {
        let basis = if successor.named { "named replacement" } else { "newest of its tier" };
        let _ = write!(out, ", {basis}: {}", escape::line(&successor.id));
    }
    let mut source = format!("says {}", one.source.words());
    if let Some(day) = one.read {
        let _ = write!(source, ", read {day}");
    }
    if let Some(doubt) = one.confidence.and_then(doubt) {
        let _ = write!(source, "; {doubt}");
    }
    let _ = writeln!(out, "\n              {}", paint(DIM, source));
    if let Some([before, after]) = one.prices.filter(|[before, after]| before != after) {
        let [[input, output], [then_input, then_output]] = [before, after];
        let prices = format!("${input}/${output} → ${then_input}/${then_output}");
        let _ = writeln!(out, "              {prices} {}", paint(DIM, PER_MILLION));
    }
    for (key, why) in &one.refused {
        let _ = writeln!(out, "              {}: {}", paint(REVIEW, key), escape::line(why));
    }
    if let Some(command) = one.command() {
        let _ = writeln!(out, "              {}", paint(HINT, escape::line(&command)));
    }
    out
}

/// What keeps a day from being certain.
fn doubt(confidence: Confidence) -> Option<&'static str> {
    match confidence {
        Confidence::TwoSourcesAgree => None,
        Confidence::TwoSourcesDisagree => Some("its sources disagree"),
        Confidence::SingleSource => Some("by one source alone"),
        Confidence::Unverified => Some("not verified"),
    }
}

pub(super) fn price(one: &PriceChange) -> String {
    let [input, output] = one.after;
    let before = one.before.map(|[input, output]| format!("${input}/${output} → "));
    let when = paint(REVIEW, format_args!("{:<12}", when(one.days_left)));
    let prices = format!("{}${input}/${output}", before.unwrap_or_default());
    let unit = paint(DIM, PER_MILLION);
    format!(
        "  {}  {when}  {}  {} costs {prices} {unit}\n",
        one.from,
        one.slot,
        escape::line(&one.id)
    )
}

fn wordings(book: &BumpBook) -> String {
    let upkeep = &book.wordings;
    let mut out =
        format!("\n{}", head("Wordings of prompts", &format!("last {} days", book.since_days)));
    let strayed = upkeep.divergence.map_or(String::new(), |share| {
        format!(", {:.0} % away from their base on average", share * 100.0)
    });
    let _ = writeln!(
        out,
        "  {}: {:.1} per prompt{strayed}",
        paint::count(upkeep.wordings, "wording"),
        upkeep.per_prompt
    );
    let _ = writeln!(
        out,
        "  {}, {} of them of variants, {} of these without the base; {} of variants touched",
        paint::count(upkeep.commits, "commit"),
        upkeep.variant_commits,
        upkeep.translation_commits,
        paint::count(upkeep.variant_lines, "line"),
    );
    for prompt in &upkeep.prompts {
        for (slot, share) in &prompt.divergence {
            let _ = writeln!(out, "    {}@{slot}  {:.0} % away", prompt.prompt, share * 100.0);
        }
    }
    out
}

fn verdict(book: &BumpBook) -> String {
    let failing: Vec<&str> = book.failing.iter().map(crate::domain::Slot::as_str).collect();
    if failing.is_empty() {
        return String::new();
    }
    let text = format!("{} within the days of [gate] retirement-days", failing.join(", "));
    format!("\n{}  {text}\n", paint(BAD, "FAIL"))
}
