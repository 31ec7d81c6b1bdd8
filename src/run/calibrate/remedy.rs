//! What to change where a breakage slips through: the first fix that would have caught it, and that
//! every accepted answer bears.

use serde_json::Value;

use super::target::Target;
use crate::domain::{FieldRole, Output, Pointer, PointerPattern, Schema};
use crate::drift::Roles;
use crate::drift::drill::{Breakage, Remedy};
use crate::validate::Validator;

/// With fewer accepted answers, more of them are the better advice than to fix a value.
const DEEP: u32 = 5;

/// What is known of a breakage that slipped through.
pub(super) struct Slip<'a> {
    pub(super) row: &'a Breakage,
    pub(super) place: &'a PointerPattern,
    /// The cells that had it.
    pub(super) hit: &'a [&'a Target<'a>],
    /// The cells of the same prompt, in every slot.
    pub(super) kin: &'a [&'a Target<'a>],
    /// What its places are for.
    pub(super) roles: Option<&'a Roles>,
}

impl Slip<'_> {
    /// The rule of the schema that would make it a violation.
    pub(super) fn rule(&self) -> Option<String> {
        let (remedies, answers) = self.remedies()?;
        remedies.iter().find_map(|remedy| self.by_schema(remedy, &answers))
    }

    /// What would catch it; nothing where nothing is meant to.
    pub(super) fn remedy(&self) -> Option<String> {
        let first = self.hit.first()?;
        let (remedies, answers) = self.remedies()?;
        let by_rule = remedies.iter().find_map(|remedy| {
            self.by_schema(remedy, &answers).or_else(|| self.by_setting(remedy))
        });
        let by_case = || remedies.iter().find_map(|remedy| self.by_case(remedy, first));
        by_rule
            .or_else(|| self.unseen(first))
            .or_else(|| deeper(first))
            .or_else(by_case)
            .or_else(|| Some(self.row.remedy.trim_end_matches('.').to_owned()))
    }

    /// The remedies, and the accepted answers under the same schema.
    fn remedies(&self) -> Option<(Vec<Remedy>, Vec<&Value>)> {
        let schema = self.hit.first()?.schema();
        let is_alike = |other: &&&Target<'_>| other.schema() == schema;
        let answers: Vec<&Value> = self.kin.iter().filter(is_alike).map(|kin| &kin.part).collect();
        Some((self.row.remedies(self.place, &answers, schema), answers))
    }

    fn by_schema(&self, remedy: &Remedy, answers: &[&Value]) -> Option<String> {
        let Remedy::Schema { text, rule } = remedy else { return None };
        let rule = Validator::compile(&Schema::new("", rule.clone())).ok()?;
        let holds = |value: &Value| rule.violations(value).is_empty();
        let broken = self.hit.iter().map(|hit| hit.broken_part(self.row, self.place));
        let catches = broken.collect::<Option<Vec<Value>>>()?.iter().all(|value| !holds(value));
        let is_borne = answers.iter().all(|answer| holds(answer));
        (catches && is_borne).then(|| text.clone())
    }

    fn by_setting(&self, remedy: &Remedy) -> Option<String> {
        match remedy {
            Remedy::Role(role) => {
                let place = self.hit.first()?.in_answer(self.place);
                let is_new = self.roles.is_none_or(|roles| roles.of(&place) != Some(*role));
                is_new.then(|| format!("give `{place}` the role `{role}` in [roles]"))
            }
            Remedy::Strict => Some(
                "it is forgiven; `extract = \"strict\"` in [compare] makes it a failure".to_owned(),
            ),
            Remedy::Schema { .. } | Remedy::Expect => None,
        }
    }

    fn by_case(&self, remedy: &Remedy, first: &Target<'_>) -> Option<String> {
        let place = first.in_answer(self.place);
        let value = first.part.pointer(self.place.as_str())?;
        let case = &first.cell.cell.id.case;
        (*remedy == Remedy::Expect && !value.is_object()).then(|| {
            format!("expect it in a case: `expect = {{ \"{place}\" = {value} }}` in `{case}`")
        })
    }

    /// What the suite itself says not to look at.
    fn unseen(&self, first: &Target<'_>) -> Option<String> {
        if first.cell.cell.output == Output::Text {
            let why = "give the prompt a schema: of a free text, nothing reads the words";
            return Some(why.to_owned());
        }
        let place = first.in_answer(self.place);
        let pointer: Pointer = place.as_str().parse().ok()?;
        if first.cell.cell.compare.is_ignored(&pointer) {
            return Some(format!("take `{place}` out of `ignore` in [compare]"));
        }
        let role = self.roles?.of(&place)?;
        let is_blind = role == FieldRole::Volatile;
        is_blind.then(|| format!("`{place}` has the role `{role}`: give it another in [roles]"))
    }
}

fn deeper(first: &Target<'_>) -> Option<String> {
    let depth = first.cell.depth();
    (depth < DEEP).then(|| {
        let more = DEEP - depth;
        format!(
            "accept more answers: `promptmatrix run --samples {more}`, then `accept --deepen RUN`"
        )
    })
}
