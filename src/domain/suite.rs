//! A suite, loaded and valid: what the user wrote, with every setting resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{
    AnswerLimits, CaseName, CellId, CompareRules, CostSettings, Expectation, Gate, Hash,
    HeaderValue, Levels, Message, Model, Output, Params, Place, Pointer, PromptName, ProviderKind,
    Request, Route, RunSettings, Slot, StoreSettings, Structured,
};

/// A suite that can be run.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The folder that all paths in it are relative to.
    pub root: PathBuf,
    /// The config file, relative to `root`.
    pub config: String,
    /// The profile in effect.
    pub profile: Option<String>,
    /// Every profile of the config, in order of its name.
    pub profiles: Vec<String>,
    /// How a run behaves.
    pub run: RunSettings,
    /// What is recorded, and where.
    pub store: StoreSettings,
    /// What is assumed of its cost, and what of it fails.
    pub cost: CostSettings,
    /// The columns made of other columns, by name.
    pub routes: BTreeMap<Slot, Route>,
    /// The columns, by slot, as configured (overrides of single cells are in `cells`).
    pub models: BTreeMap<Slot, Arc<Model>>,
    pub prompts: BTreeMap<PromptName, Arc<Prompt>>,
    /// Every cell, in order of its id.
    pub cells: Vec<Cell>,
    /// `[[cost.price]]` as entries of a price table, in JSON; `None` where there are none.
    pub prices: Option<Arc<str>>,
    /// The scripted world of the demo provider, as TOML; `None` means the built-in one.
    pub demo_world: Option<Arc<str>>,
}

impl Suite {
    /// Hash over everything in it that shapes an answer, wherever the suite lies. Made anew each
    /// time: with thousands of cells it takes longer than loading them.
    pub fn hash(&self) -> Hash {
        /// One after the other: all of them at once would be large.
        struct Shapes<'s>(&'s [Cell]);
        impl Serialize for Shapes<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.iter().map(Shape::of))
            }
        }
        Hash::of_ordered(&(Shapes(&self.cells), &self.demo_world))
    }
}

/// One system prompt with its cases.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Its name: the stem of its file.
    pub name: PromptName,
    /// Its file, relative to the suite's folder.
    pub file: String,
    /// What it is for.
    pub description: Option<String>,
    /// Path of the schema that its answers satisfy, if any.
    pub schema_file: Option<String>,
    /// Its cases, in the order of the files.
    pub cases: Vec<Case>,
    /// The same prompt worded for single slots.
    pub variants: BTreeMap<Slot, Variant>,
}

impl Suite {
    /// The words to find a cell's case by.
    pub(crate) fn tags(&self, cell: &CellId) -> &[String] {
        let cases = self.prompts.get(&cell.prompt).map_or(&[][..], |prompt| &prompt.cases);
        cases.iter().find(|case| case.name == cell.case).map_or(&[], |case| &case.tags)
    }

    /// The prompts whose answers are free texts, which nothing validates.
    pub fn without_schema(&self) -> BTreeSet<&PromptName> {
        let free = self.cells.iter().filter(|cell| matches!(cell.output, Output::Text));
        free.map(|cell| &cell.id.prompt).collect()
    }
}

/// One input of a prompt.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: CaseName,
    /// Where it is written.
    pub place: Place,
    /// Words to find it by.
    pub tags: Vec<String>,
}

/// A prompt worded for one slot: `NAME@SLOT.md`.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its file, relative to the suite's folder.
    pub file: String,
}

/// One cell with everything that is needed to ask and to judge it.
#[derive(Debug, Clone)]
pub struct Cell {
    pub id: CellId,
    /// Whom to ask, with the parameters of this cell.
    pub model: Arc<Model>,
    /// The system prompt, rendered for this case and slot.
    pub system: Arc<str>,
    pub messages: Arc<[Message]>,
    /// What kind of answer is wanted.
    pub output: Output,
    /// Hard rules for the values at these places.
    pub expect: BTreeMap<Pointer, Vec<Expectation>>,
    /// What an answer may take.
    pub limits: AnswerLimits,
    /// How answers are compared.
    pub compare: CompareRules,
    /// Whether a fence around the JSON is forgiven; `None` means: not where the mode is native or
    /// tool, but everywhere else.
    pub tolerant: Option<bool>,
    /// How many answers are asked for.
    pub samples: u32,
    /// What fails.
    pub gate: Gate,
    /// What weighs how much.
    pub levels: Levels,
    /// Where the prompt's text stands (the variant's file, where there is one).
    pub prompt_file: String,
    /// Where the case is written.
    pub place: Place,
}

impl Cell {
    /// The question of this cell, in no provider's words.
    pub fn request(&self) -> Request {
        Request {
            model: Arc::clone(&self.model),
            system: self.system.to_string(),
            messages: self.messages.to_vec(),
            output: self.output.clone(),
        }
    }
}

/// What shapes an answer of a cell.
#[derive(Serialize)]
struct Shape<'c> {
    cell: &'c CellId,
    provider: ProviderKind,
    dialect: &'c str,
    id: &'c str,
    structured: Structured,
    base_url: &'c Option<String>,
    headers: &'c [(String, HeaderValue)],
    params: &'c Params,
    cache_system_prompt: bool,
    command: &'c [String],
    system: &'c str,
    messages: &'c [Message],
    output: (&'c str, Option<&'c Hash>, bool, Vec<[&'c str; 2]>),
    samples: u32,
}

impl<'c> Shape<'c> {
    fn of(cell: &'c Cell) -> Self {
        let model = &*cell.model;
        let output = match &cell.output {
            Output::Text => ("text", None, false, Vec::new()),
            Output::Json { name, schema, described } => {
                (name.as_str(), Some(&schema.hash), *described, Vec::new())
            }
            Output::Tools { tools, schema, .. } => {
                let tools = tools.iter().map(|tool| [&*tool.name, &*tool.description]);
                ("tools", Some(&schema.hash), true, tools.collect())
            }
        };
        Self {
            cell: &cell.id,
            provider: model.provider,
            dialect: &model.dialect,
            id: &model.id,
            structured: model.structured,
            base_url: &model.base_url,
            headers: &model.headers,
            params: &model.params,
            cache_system_prompt: model.cache_system_prompt,
            command: &model.command,
            system: &cell.system,
            messages: &cell.messages,
            output,
            samples: cell.samples,
        }
    }
}

/// One self-contained JSON Schema: references to other files of the suite are already inside it,
/// under `$defs`, so the document can be validated against, lowered and hashed alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Path of the file, relative to the suite's folder, with `/`.
    pub file: String,
    /// The whole document, with every local reference bundled.
    pub document: Value,
    /// Hash of `document`.
    pub hash: Hash,
}

impl Schema {
    /// Takes a self-contained document.
    pub fn new(file: impl Into<String>, document: Value) -> Self {
        let hash = Hash::of_json(&document);
        Self { file: file.into(), document, hash }
    }
}
