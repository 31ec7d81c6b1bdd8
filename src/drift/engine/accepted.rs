//! What was accepted of the cells of a prompt and slot, and in which ways a new answer differs from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::evidence::{Counts, share_varying};
use super::settings::{OTHER_SLOT, Prior, SELDOM, Weights};
use crate::domain::kit::{length, median};
use crate::domain::{
    CaseName, CaseProfile, CategoryCounts, Deviation, DeviationKind, Facet, FacetFamily, Profile,
};
use crate::drift::facets::Facets;
use crate::drift::observe::Observation;

/// The shape of a place where nothing stands.
const ABSENT: &str = "absent";

/// Of how many cells how many vary at a place, in whether it is there (`Lost`) or in what stands there
/// (`Unseen`).
pub(super) type Varied = BTreeMap<(DeviationKind, Facet), (f64, f64)>;

/// What was accepted of a prompt in a slot.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub(super) profile: Profile,
    /// Fields that some of the answers have and some have not.
    optional: BTreeSet<Facet>,
    /// What the texts of all cells look like, where they vary.
    classes: BTreeMap<Facet, BTreeSet<Arc<str>>>,
    /// How far the numbers of a cell lie apart.
    widths: BTreeMap<Facet, Widths>,
    /// Of how many cells how many vary, by place.
    varied: Varied,
    /// How likely it is that a cell varies, by place.
    weights: BTreeMap<(DeviationKind, Facet), Weights>,
}

/// One way in which an answer differs, from what is usual to what was seen.
pub(super) struct Difference {
    pub(super) deviation: Deviation,
    pub(super) usual: String,
    pub(super) seen: String,
}

impl Accepted {
    pub(super) fn new(profile: Profile) -> Self {
        let mut accepted = Self {
            profile,
            optional: BTreeSet::new(),
            classes: BTreeMap::new(),
            widths: BTreeMap::new(),
            varied: BTreeMap::new(),
            weights: BTreeMap::new(),
        };
        accepted.presence();
        accepted.variety();
        accepted
    }

    fn presence(&mut self) {
        let mut known: BTreeMap<&Facet, (u32, u32)> = BTreeMap::new();
        for case in self.profile.cases.values() {
            for (facet, counts) in shapes(case) {
                let (absent, all) = known.entry(facet).or_default();
                *absent += counts.get(ABSENT).copied().unwrap_or_default();
                *all += counts.values().sum::<u32>();
            }
        }
        for (facet, (absent, all)) in known {
            if 0 < absent && absent < all {
                self.optional.insert(facet.clone());
            }
        }
    }

    fn variety(&mut self) {
        for case in self.profile.cases.values() {
            for (facet, counts) in case.facets.iter() {
                if facet.family == FacetFamily::Class && !has_varied(case, facet) {
                    continue;
                }
                let kinds = counts.keys().filter(|seen| {
                    facet.family != FacetFamily::Shape
                        || &***seen != ABSENT
                        || !self.optional.contains(facet)
                });
                let mut count = |kind: DeviationKind, varies: bool| {
                    let (varied, cells) = self.varied.entry((kind, facet.clone())).or_default();
                    *varied += if varies { 1.0 } else { 0.0 };
                    *cells += 1.0;
                };
                count(DeviationKind::Unseen, kinds.count() > 1);
                if facet.family == FacetFamily::Shape {
                    count(DeviationKind::Lost, counts.len() > 1 && counts.contains_key(ABSENT));
                }
                if facet.family == FacetFamily::Class {
                    let known = self.classes.entry(facet.clone()).or_default();
                    known.extend(counts.keys().cloned());
                }
            }
            for (facet, numbers) in case.numbers.iter() {
                self.widths.entry(facet.clone()).or_default().add(spread(numbers));
            }
        }
        self.strays();
        // What a place that varies looks like is known of all its cells together.
        for (facet, classes) in &self.classes {
            if let Some((varied, _)) = self.varied.get_mut(&(DeviationKind::Unseen, facet.clone()))
            {
                *varied = length(classes.len()) - 1.0;
            }
        }
    }

    /// Counts the cells of which an accepted number lies as far from all others as a new one has to lie to
    /// be a deviation.
    fn strays(&mut self) {
        for case in self.profile.cases.values() {
            for (facet, numbers) in case.numbers.iter().filter(|(_, numbers)| numbers.len() > 2) {
                let others = self.widths.get(facet).map_or(0.0, |widths| widths.beside(numbers));
                let strays =
                    |rest: &[f64], number: f64| is_out(rest, others.max(spread(rest)), number);
                let low = numbers.split_first().is_some_and(|(low, rest)| strays(rest, *low));
                let high = numbers.split_last().is_some_and(|(high, rest)| strays(rest, *high));
                let place = (DeviationKind::Unseen, facet.clone());
                let (varied, cells) = self.varied.entry(place).or_default();
                *varied += if low || high { 1.0 } else { 0.0 };
                *cells += 1.0;
            }
        }
    }

    /// Learns how likely each place varies. The prompt's other slots count for a part.
    pub(super) fn learn(&mut self, others: &[&Varied]) {
        let cells = self.profile.cases.values();
        let depth =
            cells.clone().map(|case| f64::from(case.n)).sum::<f64>() / length(cells.len()).max(1.0);
        let depth = if depth > 0.0 { depth } else { 1.0 };
        let weigh = |(place, (varied, cells)): (&(DeviationKind, Facet), &(f64, f64))| {
            let beside = others.iter().filter_map(|other| other.get(place));
            let (more, all) = beside.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            let (varied, cells) = (varied + OTHER_SLOT * more, cells + OTHER_SLOT * all);
            (place.clone(), share_varying(place.1.family, varied, cells, depth))
        };
        self.weights = self.varied.iter().map(weigh).collect();
    }

    /// Of how many cells how many vary, by place.
    pub(super) fn varied(&self) -> &Varied {
        &self.varied
    }

    pub(super) fn case(&self, case: &CaseName) -> Option<&CaseProfile> {
        self.profile.cases.get(case).map(AsRef::as_ref)
    }

    /// How likely cells vary there, where that is asked for.
    pub(super) fn weights(&self, deviation: &Deviation) -> Option<&Weights> {
        if Prior::of(deviation) != Prior::Unseen {
            return None;
        }
        let place = (deviation.kind, deviation.facet.clone());
        Some(self.weights.get(&place).unwrap_or(&SELDOM))
    }

    /// How an answer is broken, where it is.
    pub(super) fn breakage(answer: &Facets) -> Option<Difference> {
        let contract = answer.category(&Facet::whole(FacetFamily::Contract));
        let code = contract.filter(|code| *code != Observation::OK)?.to_owned();
        let usual = Observation::OK.to_owned();
        Some(Difference { deviation: Deviation::broken(), usual, seen: code })
    }

    /// In which ways the value of an answer differs.
    pub(super) fn differences(&self, case: &CaseProfile, answer: &Facets) -> Vec<Difference> {
        let mut found = Vec::new();
        let is_of_value = |facet: &Facet| facet.family != FacetFamily::Contract;
        for (facet, category) in answer.categories.iter().filter(|(facet, _)| is_of_value(facet)) {
            let Some(counts) = case.facets.get(facet) else { continue };
            let kinds = self.kinds(case, facet, counts, mode(counts), category);
            // What is gone was there in some answers, if seldom.
            let others = counts.iter().filter(|(known, _)| &***known != ABSENT);
            let there = most(others).filter(|_| category == ABSENT);
            let usual = there.unwrap_or_else(|| mode(counts));
            found.extend(kinds.into_iter().map(|kind| Difference {
                deviation: Deviation { kind, facet: facet.clone() },
                usual: usual.to_owned(),
                seen: category.clone(),
            }));
        }
        for (facet, number) in &answer.numbers {
            let Some(numbers) = case.numbers.get(facet) else { continue };
            let Some(middle) = median(numbers) else { continue };
            found.extend(self.moves(facet, numbers, middle, *number).into_iter().map(|kind| {
                let deviation = Deviation { kind, facet: facet.clone() };
                Difference { deviation, usual: middle.to_string(), seen: number.to_string() }
            }));
        }
        found
    }

    fn kinds(
        &self,
        case: &CaseProfile,
        facet: &Facet,
        counts: &CategoryCounts,
        usual: &str,
        seen: &str,
    ) -> Vec<DeviationKind> {
        let is_known = counts.contains_key(seen);
        if facet.family == FacetFamily::Shape {
            let is_optional = self.optional.contains(facet);
            let was_never_there = counts.len() == 1 && counts.contains_key(ABSENT);
            if seen == ABSENT {
                let lost = (!is_known).then_some(DeviationKind::Lost);
                return is_optional
                    .then_some(DeviationKind::Gone)
                    .into_iter()
                    .chain(lost)
                    .collect();
            }
            if is_optional && (was_never_there || is_known) {
                return vec![DeviationKind::Come];
            }
        }
        if facet.family == FacetFamily::Class {
            let known = self.classes.get(facet).filter(|_| has_varied(case, facet));
            let is_new = known.is_some_and(|known| !known.contains(seen));
            return if is_new { vec![DeviationKind::Unseen] } else { Vec::new() };
        }
        let moves = counts.len() > 1
            && matches!(facet.family, FacetFamily::Value | FacetFamily::Shape)
            && seen != usual;
        let unseen = (!is_known).then_some(DeviationKind::Unseen);
        moves.then_some(DeviationKind::Moved).into_iter().chain(unseen).collect()
    }

    fn moves(
        &self,
        facet: &Facet,
        numbers: &[f64],
        middle: f64,
        number: f64,
    ) -> Vec<DeviationKind> {
        let width = self.widths.get(facet).map_or(0.0, |widths| widths.most);
        if numbers.len() == 1 {
            // By how much it varies is not known; that it is another one altogether is.
            let ratio = number / middle;
            let is_near = number.total_cmp(&middle).is_eq() || (ratio > 0.5 && ratio < 2.0);
            return if is_near { Vec::new() } else { vec![DeviationKind::Unseen] };
        }
        let side = match number.total_cmp(&middle) {
            std::cmp::Ordering::Greater => Some(DeviationKind::Up),
            std::cmp::Ordering::Less => Some(DeviationKind::Down),
            std::cmp::Ordering::Equal => None,
        };
        let unseen = is_out(numbers, width, number).then_some(DeviationKind::Unseen);
        unseen.into_iter().chain(side).collect()
    }

    /// What the accepted answers of a cell say of a deviation, beside `new` answers that have it and
    /// that have not; `None` where the place is not known in this cell.
    pub(super) fn counts(
        &self,
        case: &CaseProfile,
        deviation: &Deviation,
        new: (u32, u32),
    ) -> Option<Counts> {
        let Deviation { kind, facet } = deviation;
        let valid = valid(case);
        let known = || case.facets.get(facet);
        let absent = || Some(known()?.get(ABSENT).copied().unwrap_or_default());
        let (varies, accepted) = match kind {
            DeviationKind::Broken => (false, (2 * broken(case), 2 * valid)),
            DeviationKind::Unseen if facet.family == FacetFamily::Class => {
                known()?;
                (false, (0, 2 * self.profile.cases.values().map(|case| case.n).sum::<u32>()))
            }
            DeviationKind::Unseen if facet.family == FacetFamily::Number => {
                case.numbers.get(facet)?;
                (false, (0, 2 * valid))
            }
            DeviationKind::Unseen => (known()?.len() > 1, (0, 2 * valid)),
            DeviationKind::Lost | DeviationKind::Gone => {
                (false, (2 * absent()?, 2 * valid.saturating_sub(absent()?)))
            }
            DeviationKind::Come => (false, (2 * valid.saturating_sub(absent()?), 2 * absent()?)),
            DeviationKind::Moved => {
                let counts = known().filter(|counts| counts.len() > 1)?;
                let all = counts.values().sum::<u32>();
                let most = counts.values().copied().max()?;
                (false, (2 * (all - most), 2 * most))
            }
            DeviationKind::Up | DeviationKind::Down => {
                case.numbers.get(facet)?;
                (false, (valid.saturating_sub(1), valid.saturating_sub(1)))
            }
        };
        Some(Counts { prior: Prior::of(deviation), varies, accepted, new })
    }

    /// Whether some accepted answers of the prompt and slot do without a place.
    pub(super) fn is_optional(&self, facet: &Facet) -> bool {
        self.optional.contains(facet)
    }

    /// How many of the accepted answers of a cell have a deviation.
    pub(super) fn had(&self, case: &CaseProfile, deviation: &Deviation) -> u32 {
        self.counts(case, deviation, (0, 0)).map_or(0, |counts| counts.accepted.0 / 2)
    }
}

/// How far the numbers of a cell lie apart, in the widest cell and in the next.
#[derive(Debug, Clone, Copy, Default)]
struct Widths {
    most: f64,
    next: f64,
}

impl Widths {
    fn add(&mut self, width: f64) {
        self.next = self.next.max(width.min(self.most));
        self.most = self.most.max(width);
    }

    /// The widest cell but the one of these numbers.
    fn beside(self, numbers: &[f64]) -> f64 {
        if spread(numbers) < self.most { self.most } else { self.next }
    }
}

fn spread(numbers: &[f64]) -> f64 {
    numbers.last().zip(numbers.first()).map_or(0.0, |(most, least)| most - least)
}

/// Whether a number lies further from these, in ascending order, than twice as far as those of a cell lie
/// apart.
fn is_out(numbers: &[f64], width: f64, number: f64) -> bool {
    let ends = numbers.first().zip(numbers.last());
    ends.is_some_and(|(least, most)| number < least - 2.0 * width || number > most + 2.0 * width)
}

fn shapes(case: &CaseProfile) -> impl Iterator<Item = (&Facet, &Arc<CategoryCounts>)> {
    case.facets.iter().filter(|(facet, _)| facet.family == FacetFamily::Shape)
}

/// Whether the texts of a place vary in a cell: then how they are built is all that can be compared.
fn has_varied(case: &CaseProfile, facet: &Facet) -> bool {
    let value = Facet::at(FacetFamily::Value, facet.place.clone());
    case.facets.get(&value).is_none_or(|counts| counts.len() > 1)
}

/// The most frequent category; of equal ones the first by name.
fn mode(counts: &CategoryCounts) -> &str {
    most(counts.iter()).unwrap_or("")
}

fn most<'a>(counts: impl DoubleEndedIterator<Item = (&'a Arc<str>, &'a u32)>) -> Option<&'a str> {
    counts.rev().max_by_key(|(_, count)| **count).map(|(category, _)| &**category)
}

/// How many of the accepted answers are broken.
pub(super) fn broken(case: &CaseProfile) -> u32 {
    let contract = case.facets.get(&Facet::whole(FacetFamily::Contract));
    let codes = contract.into_iter().flat_map(|codes| codes.iter());
    let codes = codes.filter(|(code, _)| &***code != Observation::OK);
    codes.map(|(_, count)| count).sum()
}

/// How many of the accepted answers are valid.
fn valid(case: &CaseProfile) -> u32 {
    case.n.saturating_sub(broken(case))
}
