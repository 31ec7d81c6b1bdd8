//! The decision: what holds of each cell, and which changes are shared.

use std::collections::BTreeMap;

use super::cell::Cell;
use super::confirm::varies;
use super::{Engine, is_new};
use crate::domain::{
    CellDecision, CellId, Decision, Facet, FacetFamily, Finding, Hold, Incident, PointerPattern,
    Ruling, Weight,
};
use crate::drift::observe::Observation;
use crate::drift::prior::Prior;
use crate::drift::stats::e_bh;

/// Up to this posterior a deviation is taken for noise.
const NOISE: f64 = 0.05;

/// Share of broken accepted answers from which a cell is called flaky.
const FLAKY: f64 = 0.10;

/// Posterior from which a change that cells share needs no second run.
const BEYOND_DOUBT: f64 = 0.9999;

/// Days that accepted answers have to come from before a changed value fails a run.
const DAYS: usize = 3;

impl Engine {
    /// What the answers so far come to. More answers can be added afterwards.
    pub fn decide(&mut self) -> Decision {
        self.refresh();
        self.pool();
        let mut cells: Vec<CellDecision> = self.cells.iter().map(|cell| self.judge(cell)).collect();
        if let Some(level) = self.settings.strict_fdr {
            self.be_strict(level, &mut cells);
        }
        let sure = cells.iter().filter_map(|cell| {
            let facts = cell.findings.iter().filter(|finding| finding.confirmed);
            facts.map(|fact| fact.posterior).max_by(f64::total_cmp)
        });
        let sure: Vec<f64> = sure.collect();
        let false_share = (!sure.is_empty()).then(|| {
            let doubt: f64 = sure.iter().map(|posterior| 1.0 - posterior).sum();
            doubt / f64::from(u32::try_from(sure.len()).unwrap_or(u32::MAX))
        });
        Decision {
            incidents: self.incidents(),
            false_share,
            numbers: self.drifted(),
            detectable: self.detectable(),
            calls: self.cells.iter().map(Cell::answers).sum(),
            extra_calls: self.extra,
            cells,
        }
    }

    fn judge(&self, cell: &Cell) -> CellDecision {
        let findings = self.findings(cell);
        let ruling = if is_new(&cell.base) {
            Ruling::NoBaseline
        } else if cell.answers() == 0 {
            Ruling::NoEvidence
        } else {
            self.ruling(cell, &findings)
        };
        CellDecision {
            cell: cell.id.clone(),
            ruling,
            baseline: cell.base.n,
            answers: cell.answers(),
            further: cell.asked.candidate,
            invalid: cell.broken(),
            findings,
        }
    }

    fn findings(&self, cell: &Cell) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, seat) in cell.seats.iter().enumerate() {
            let deviation = seat.deviation;
            let Some(seen) = deviation.seen else { continue };
            let Some(facet) = self.words.facet(seat.facet) else { continue };
            let group = self.groups.get(seat.group as usize);
            let mut finding = Finding {
                facet: facet.clone(),
                weight: Prior::of(seat.family).weight,
                usual: self.words.text(seat.usual).to_owned(),
                seen: self.words.text(seen).to_owned(),
                deviating: deviation.count,
                answers: deviation.answers,
                posterior: seat.posterior,
                e_value: self.evidence(seat).alone(),
                confirmed: self.is_confirmed(cell, at),
                shared: group.is_some_and(|group| self.is_incident(group)),
                hold: None,
            };
            let posterior = group.map_or(0.0, |group| group.common.posterior);
            finding.hold = self.hold(cell, &finding, posterior);
            findings.push(finding);
        }
        findings.sort_by(|one, two| {
            two.confirmed
                .cmp(&one.confirmed)
                .then(two.weight.cmp(&one.weight))
                .then(two.posterior.total_cmp(&one.posterior))
                .then(one.facet.cmp(&two.facet))
        });
        findings
    }

    /// Why a fact does not count yet. It has to show in two runs, unless no valid answer came at all
    /// or many cells leave no doubt; values have to be known from several days.
    fn hold(&self, cell: &Cell, finding: &Finding, group: f64) -> Option<Hold> {
        if !self.settings.two_runs || !finding.confirmed || finding.weight == Weight::Cosmetic {
            return None;
        }
        if finding.weight == Weight::Answer && cell.base.nights.len() < DAYS {
            return Some(Hold::FewDays);
        }
        let total = finding.weight == Weight::Contract && cell.is_dead();
        let beyond_doubt = finding.shared && group >= BEYOND_DOUBT;
        (!beyond_doubt && !total).then_some(Hold::NextRun)
    }

    fn ruling(&self, cell: &Cell, findings: &[Finding]) -> Ruling {
        let matters = |finding: &&Finding| finding.weight > Weight::Cosmetic;
        let facts: Vec<&Finding> =
            findings.iter().filter(matters).filter(|finding| finding.confirmed).collect();
        let is_better = |finding: &Finding| {
            finding.facet.family == FacetFamily::Contract && finding.seen == Observation::OK
        };
        if let Some(first) = facts.first() {
            return match facts.iter().find(|fact| !is_better(fact)) {
                None => Ruling::Improved,
                Some(_)
                    if first.weight == Weight::Contract
                        && first.posterior < self.settings.confirm =>
                {
                    Ruling::Unreliable
                }
                Some(_) => Ruling::Regression,
            };
        }
        // A shallow baseline does not say how much a value varies, so nothing is cleared by it.
        let shallow = Self::is_shallow(cell);
        let open = |finding: &Finding| {
            finding.posterior > NOISE || (shallow && varies(finding.facet.family))
        };
        let deviating: Vec<&Finding> = findings.iter().filter(matters).collect();
        if cell.broken() > 0 && self.was_flaky(cell) {
            Ruling::Flaky
        } else if deviating.iter().any(|finding| open(finding)) {
            Ruling::Suspect
        } else if deviating.is_empty() {
            Ruling::Pass
        } else {
            Ruling::Noisy
        }
    }

    /// Whether the accepted answers were broken now and then, and the new ones are no news.
    fn was_flaky(&self, cell: &Cell) -> bool {
        let contract = cell.seats.iter().find(|seat| seat.family == FacetFamily::Contract);
        contract.is_some_and(|seat| {
            let rows = cell.rows(seat).iter();
            let broken = rows.filter(|row| self.words.text(row.text) != Observation::OK);
            let broken: u32 = broken.map(|row| row.count).sum();
            f64::from(broken) >= FLAKY * f64::from(seat.total)
                && self.evidence(seat).alone() < self.settings.new_from
        })
    }

    /// Takes back what would not hold under any dependence between cells.
    fn be_strict(&self, level: f64, cells: &mut [CellDecision]) {
        let looked: Vec<usize> = (0..cells.len())
            .filter(|at| self.cells.get(*at).is_some_and(|c| !is_new(&c.base) && c.answers() > 0))
            .collect();
        let e_values: Vec<f64> = looked
            .iter()
            .filter_map(|at| self.cells.get(*at))
            .map(|cell| self.e_value(cell))
            .collect();
        for (at, holds) in looked.into_iter().zip(e_bh(&e_values, level)) {
            let (Some(decision), Some(cell)) = (cells.get_mut(at), self.cells.get(at)) else {
                continue;
            };
            if !holds {
                for finding in decision.findings.iter_mut().filter(|finding| !finding.shared) {
                    finding.confirmed = false;
                    finding.hold = None;
                }
                decision.ruling = self.ruling(cell, &decision.findings);
            }
        }
    }

    /// One e-value for the whole cell: the mean over its facets, each as likely to change as is
    /// believed of its family.
    fn e_value(&self, cell: &Cell) -> f64 {
        let weighed = cell.seats.iter().filter_map(|seat| {
            let prior = Prior::of(seat.family);
            let matters = prior.weight > Weight::Cosmetic && seat.evidence.is_some();
            matters.then(|| (prior.change, self.evidence(seat).alone()))
        });
        let (sum, all) =
            weighed.fold((0.0, 0.0), |(sum, all), (weight, e)| (sum + weight * e, all + weight));
        if all > 0.0 { sum / all } else { 1.0 }
    }

    fn incidents(&self) -> Vec<Incident> {
        let mut incidents: Vec<Incident> = Vec::new();
        for group in self.groups.iter().filter(|group| self.is_incident(group)) {
            let Some((prompt, slot)) = self.pairs.get_index(group.pair as usize) else { continue };
            let Some(facet) = self.words.facet(group.facet) else { continue };
            let members: Vec<(usize, usize)> =
                group.members.iter().map(|(cell, seat)| (*cell as usize, *seat as usize)).collect();
            let (deviating, seen, hold) = self.deviating(&members);
            incidents.push(Incident {
                slot: slot.clone(),
                prompt: Some(prompt.clone()),
                facet: facet.clone(),
                weight: Prior::of(group.family).weight,
                seen,
                posterior: group.common.posterior,
                share: group.common.share,
                members: group.common.members,
                deviating,
                hold,
            });
        }
        incidents.extend(self.slot_incidents());
        incidents.sort_by(|one, two| {
            two.weight
                .cmp(&one.weight)
                .then(two.posterior.total_cmp(&one.posterior))
                .then(two.deviating.len().cmp(&one.deviating.len()))
                .then_with(|| {
                    (&one.slot, &one.prompt, &one.facet).cmp(&(&two.slot, &two.prompt, &two.facet))
                })
        });
        incidents
    }

    /// Changes that are spread over a slot.
    fn slot_incidents(&self) -> Vec<Incident> {
        let mut incidents = Vec::new();
        for ((slot, family), common) in &self.pools {
            if common.posterior < self.settings.incident || self.is_shallow_slot(slot, *family) {
                continue;
            }
            let mut members = Vec::new();
            for (at, cell) in self.cells.iter().enumerate().filter(|(_, c)| c.id.model == *slot) {
                let seats = cell.seats.iter().enumerate();
                members.extend(
                    seats.filter(|(_, seat)| seat.family == *family).map(|(seat, _)| (at, seat)),
                );
            }
            let (deviating, seen, hold) = self.deviating(&members);
            incidents.push(Incident {
                slot: slot.clone(),
                prompt: None,
                facet: Facet::at(*family, self.busiest(&members)),
                weight: Prior::of(*family).weight,
                seen,
                posterior: common.posterior,
                share: common.share,
                members: common.members,
                deviating,
                hold,
            });
        }
        incidents
    }

    /// The cells of these seats that deviate, what they have most often, and why it does not count.
    fn deviating(&self, members: &[(usize, usize)]) -> (Vec<CellId>, String, Option<Hold>) {
        let mut cells: Vec<CellId> = Vec::new();
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        let mut few_days = 0;
        for (at, seat) in members {
            let Some(cell) = self.cells.get(*at) else { continue };
            let Some(seat) = cell.seats.get(*seat) else { continue };
            let Some(seen) = seat.deviation.seen else { continue };
            *counts.entry(self.words.text(seen)).or_default() += seat.deviation.count;
            let is_value = seat.family == FacetFamily::Value;
            few_days += usize::from(is_value && cell.base.nights.len() < DAYS);
            if cells.last() != Some(&cell.id) {
                cells.push(cell.id.clone());
            }
        }
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        let hold = self.settings.two_runs && 2 * few_days > cells.len();
        let seen = most.map(|(text, _)| text.to_owned()).unwrap_or_default();
        (cells, seen, hold.then_some(Hold::FewDays))
    }

    /// The place at which most of these cells deviate.
    fn busiest(&self, members: &[(usize, usize)]) -> PointerPattern {
        let mut counts: BTreeMap<&PointerPattern, u32> = BTreeMap::new();
        for (at, place) in members {
            let Some(cell) = self.cells.get(*at) else { continue };
            let Some(seat) = cell.seats.get(*place) else { continue };
            if let Some(facet) = self.words.facet(seat.facet) {
                *counts.entry(&facet.place).or_default() += seat.deviation.count;
            }
        }
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(place, _)| place.clone()).unwrap_or_default()
    }
}
