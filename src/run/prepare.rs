//! Cells made ready: encoded, hashed, with a compiled schema and the accepted answer at hand.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use crate::domain::{
    Accepted, CaseProfile, Cell, CellId, CompareRules, Diagnostic, Diagnostics, EnvName, Hash,
    Hashes, HttpRequest, Model, Pointer, PointerPattern, Profile, Schema, Slot, SnapshotMeta,
    Trial,
};
use crate::provider::{self, EncodeError, Encoded, Lowered, Lowerings};
use crate::validate::{SchemaError, Validator};

/// A cell that can be asked and judged.
#[derive(Debug)]
pub struct Prepared {
    /// The cell.
    pub cell: Cell,
    /// Its request without the body, which is made when it is sent. Cells that are asked alike share
    /// it.
    pub head: Arc<HttpRequest>,
    /// How many bytes the body has.
    pub body_bytes: usize,
    /// The schema as sent in a field of its own; `None` when there is none, or only in words.
    pub wire_schema: Option<Arc<Lowered>>,
    /// What its answers must satisfy; `None` for free text.
    pub validator: Option<Arc<Validator>>,
    /// What shapes its answer.
    pub hashes: Hashes,
    /// What people accepted.
    pub accepted: Option<Accepted>,
    /// How the accepted answers of its prompt and slot vary.
    pub profile: Option<Arc<Profile>>,
    /// The key that is not in the environment, when that keeps the cell from being asked.
    pub missing_key: Option<EnvName>,
    schemas: Arc<Schemas>,
}

impl Prepared {
    /// Its request, complete but for its secrets.
    pub fn request(&self) -> Result<HttpRequest, EncodeError> {
        Ok(provider::encode(&self.cell.request(), &self.schemas.lowerings)?.http)
    }

    /// How many answers it waits for.
    pub fn open_trials(&self) -> usize {
        if self.missing_key.is_some() { 0 } else { self.cell.samples.max(1) as usize }
    }

    /// Whether its answers start a new baseline: nothing is accepted, or something else was asked then.
    pub fn starts_anew(&self) -> bool {
        self.accepted.is_none() || !super::fit::stale_of(self).is_empty()
    }

    /// What is known of its accepted answers.
    pub fn counts(&self) -> Option<&CaseProfile> {
        self.profile.as_ref()?.cases.get(&self.cell.id.case).map(AsRef::as_ref)
    }

    /// How its answers are compared: where the suite says nothing of a place, it is for what it was
    /// when its answers were accepted.
    pub fn rules(&self) -> Cow<'_, CompareRules> {
        let rules = &self.cell.compare;
        let Some(profile) = &self.profile else { return Cow::Borrowed(rules) };
        let is_open = |place: &PointerPattern| {
            let pointer = place.as_str().parse::<Pointer>().ok();
            pointer.is_some_and(|pointer| rules.role(&pointer).is_none())
        };
        let frozen = profile.roles.iter().filter(|(place, _)| is_open(place));
        let frozen = frozen.map(|(place, role)| (place.clone(), *role));
        let said = rules.roles.iter().cloned();
        Cow::Owned(CompareRules { roles: frozen.chain(said).collect(), ..rules.clone() })
    }

    /// Names what was accepted of it and what is asked: the first 16 digits of a hash over both. What
    /// earlier runs saw holds only for the same.
    pub fn baseline(&self) -> Option<Hash> {
        let Accepted { value, meta } = self.accepted.as_ref()?;
        let all = Hash::of_ordered(&(value, meta, self.counts(), &self.hashes.request));
        Some(Hash::from(all.short(SnapshotMeta::DIGITS).to_owned()))
    }

    /// Whether its accepted answers answer this request.
    pub fn is_accepted_request(&self, request: &Hash) -> bool {
        let accepted = self.counts().and_then(|counts| counts.request.as_ref());
        accepted.is_some_and(|accepted| accepted.as_str() == request.short(SnapshotMeta::DIGITS))
    }

    /// How many accepted answers it is judged by. A snapshot alone is one.
    pub fn depth(&self) -> u32 {
        let counted = self.counts().map_or(0, |counts| counts.n);
        counted.max(u32::from(self.accepted.is_some()))
    }

    /// The header of a snapshot of this answer, which was chosen from so many.
    pub fn meta(&self, trial: &Trial, trials: u32) -> SnapshotMeta {
        let short = |hash: &Hash| Hash::from(hash.short(SnapshotMeta::DIGITS).to_owned());
        SnapshotMeta {
            requested: self.cell.model.id.clone(),
            served: trial.identity.served.clone(),
            api_version: self.api_version(),
            structured: self.cell.model.structured,
            prompt: short(&self.hashes.prompt),
            schema: self.hashes.schema.as_ref().map(short),
            parameters: short(&self.hashes.parameters),
            lowering: self.hashes.lowering.as_ref().map(short),
            rules: self.cell.compare.hash(),
            how: trial.how.filter(|_| !trial.strict),
            trials,
        }
    }

    fn api_version(&self) -> Option<String> {
        use crate::domain::HeaderValue::Plain;
        let headers = &self.head.headers;
        headers.iter().find(|header| header.name == "anthropic-version").and_then(|header| {
            if let Plain(version) = &header.value { Some(version.clone()) } else { None }
        })
    }
}

/// Schemas compiled and lowered once each, for all cells and threads that share them.
#[derive(Debug, Default)]
pub(crate) struct Schemas {
    validators: Mutex<BTreeMap<Hash, Arc<Validator>>>,
    lowerings: Lowerings,
    slots: Mutex<BTreeMap<Slot, SlotRequest>>,
}

/// How a slot is asked: the same for most of its cells.
#[derive(Debug)]
struct SlotRequest {
    model: Arc<Model>,
    parameters: Hash,
    head: Arc<HttpRequest>,
}

impl Schemas {
    fn validator(&self, schema: &Schema) -> Result<Arc<Validator>, SchemaError> {
        let mut known = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = known.get(&schema.hash) {
            return Ok(Arc::clone(validator));
        }
        let validator = Arc::new(Validator::compile(schema)?);
        known.insert(schema.hash.clone(), Arc::clone(&validator));
        Ok(validator)
    }

    /// The hash of a model's parameters, and the head of a request to it.
    fn asked(&self, model: &Arc<Model>, head: HttpRequest) -> (Hash, Arc<HttpRequest>) {
        let mut known = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known =
            |asked: &&SlotRequest| Arc::ptr_eq(&asked.model, model) && *asked.head == head;
        if let Some(asked) = known.get(&model.slot).filter(is_known) {
            return (asked.parameters.clone(), Arc::clone(&asked.head));
        }
        let parameters = Hash::of_json(&json!([
            model.provider,
            model.dialect,
            model.structured,
            model.params,
            model.cache_system_prompt,
        ]));
        let head = Arc::new(head);
        let both = (parameters.clone(), Arc::clone(&head));
        known
            .insert(model.slot.clone(), SlotRequest { model: Arc::clone(model), parameters, head });
        both
    }
}

/// Makes cells ready, or says of each why it cannot be asked.
///
/// `accepted` gives the snapshot of a cell, `has_key` says whether a variable is in the environment.
pub fn prepare<'c>(
    cells: impl IntoIterator<Item = &'c Cell>,
    mut accepted: impl FnMut(&CellId) -> Option<Accepted>,
    has_key: impl Fn(&EnvName) -> bool,
) -> Result<Vec<Prepared>, Diagnostics> {
    let schemas = Arc::new(Schemas::default());
    let mut prepared = Vec::new();
    let mut problems: BTreeMap<String, Diagnostic> = BTreeMap::new();
    for cell in cells {
        let missing_key = cell.model.api_key_env.clone().filter(|name| !has_key(name));
        match prepare_cell(cell, accepted(&cell.id), &schemas) {
            Ok(ready) => prepared.push(Prepared { missing_key, ..ready }),
            // Alike problems of many cells are one problem.
            Err(problem) => {
                problems.entry(problem.title.clone()).or_insert(*problem);
            }
        }
    }
    if problems.is_empty() {
        Ok(prepared)
    } else {
        Err(Diagnostics(problems.into_values().collect()))
    }
}

/// Makes one cell ready, or says why it cannot be asked. Whether there is a key is not looked at.
pub(crate) fn prepare_cell(
    cell: &Cell,
    accepted: Option<Accepted>,
    schemas: &Arc<Schemas>,
) -> Result<Prepared, Box<Diagnostic>> {
    let Encoded { http, wire_schema } = provider::encode(&cell.request(), &schemas.lowerings)
        .map_err(|error| {
            let problem = Diagnostic::error(
                "model::cannot-ask",
                format!("slot `{}`: {error}", cell.id.model),
            );
            Box::new(problem.at(cell.place.clone(), format!("asked by `{}`", cell.id)))
        })?;
    let schema = cell.output.schema();
    let validator = schema.map(|schema| {
        schemas.validator(schema).map_err(|error| {
            Box::new(Diagnostic::error("schema::invalid", format!("{}: {error}", schema.file)))
        })
    });
    let request = http.hash();
    let body_bytes = http.body.to_string().len();
    let (parameters, head) = schemas.asked(&cell.model, HttpRequest { body: Value::Null, ..http });
    Ok(Prepared {
        hashes: Hashes {
            prompt: Hash::of_ordered(&(&*cell.system, &*cell.messages)),
            schema: schema.map(|schema| schema.hash.clone()),
            parameters,
            lowering: wire_schema.as_ref().map(|lowered| lowered.hash.clone()),
            request,
        },
        head,
        body_bytes,
        wire_schema,
        validator: validator.transpose()?,
        accepted,
        profile: None,
        missing_key: None,
        cell: cell.clone(),
        schemas: Arc::clone(schemas),
    })
}
