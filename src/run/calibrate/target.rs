//! One cell to be broken: its accepted answer, whole, as it would arrive again.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::{
    Completion, ErrorClass, How, Identity, LeftOut, Output, PointerPattern, ProviderError,
    StopReason, Structured, ToolCall, Trial,
};
use crate::drift::drill::{Breakage, Broken, Whole};
use crate::provider;
use crate::run::Prepared;
use crate::run::answer;
use crate::run::ask::{begun, failed};
use crate::run::retry::Failure;

/// A cell with the answer that is broken.
pub(super) struct Target<'c> {
    pub(super) cell: &'c Prepared,
    /// Its answer as it is.
    pub(super) usual: Trial,
    /// What is broken: the value, or the arguments of its tool call.
    pub(super) part: Value,
    /// Which tool it calls.
    tool: Option<String>,
}

impl<'c> Target<'c> {
    /// Takes the accepted answer, as a stored run has it where one does: a snapshot lacks what the
    /// suite ignores.
    pub(super) fn of(cell: &'c Prepared, stored: &[Trial]) -> Result<Self, LeftOut> {
        let accepted = cell.accepted.as_ref().ok_or(LeftOut::NothingAccepted)?;
        let is_it = |trial: &&Trial| trial.value.as_ref() == Some(&accepted.value);
        let stored = stored.iter().filter(|trial| trial.cause.is_none()).filter(is_it);
        let written = stored.filter_map(|trial| whole(cell, trial));
        let mut known = written.take(1).chain([Value::clone(&accepted.value)]);
        known.find_map(|value| Self::with(cell, value)).ok_or(LeftOut::NotWhole)
    }

    fn with(cell: &'c Prepared, mut value: Value) -> Option<Self> {
        let (tool, part) = match &cell.cell.output {
            Output::Tools { .. } => {
                (Some(value.get("tool")?.as_str()?.to_owned()), value.get_mut("arguments")?.take())
            }
            _ => (None, value),
        };
        let usual = begun(1, Timestamp::UNIX_EPOCH);
        let mut target = Self { cell, usual, part, tool };
        let written =
            Broken { text: target.written(&target.part), stop: StopReason::Complete, status: None };
        target.usual = target.read(&written, false);
        target.usual.cause.is_none().then_some(target)
    }

    /// The schema of what is broken.
    pub(super) fn schema(&self) -> Option<&'c Value> {
        match &self.cell.cell.output {
            Output::Tools { tools, .. } => {
                let tool = tools.iter().find(|tool| Some(&tool.name) == self.tool.as_ref())?;
                Some(&tool.parameters.document)
            }
            output => output.schema().map(|schema| &schema.document),
        }
    }

    /// A place of what is broken as a place of the answer.
    pub(super) fn in_answer(&self, place: &PointerPattern) -> PointerPattern {
        let prefix = if self.tool.is_some() { "/arguments" } else { "" };
        format!("{prefix}{place}").parse().unwrap_or_default()
    }

    /// Where a breakage can hit it.
    pub(super) fn places(&self, row: &Breakage) -> Vec<PointerPattern> {
        row.places(&self.part, self.schema())
    }

    /// What is broken, after it was.
    pub(super) fn broken_part(&self, row: &Breakage, place: &PointerPattern) -> Option<Value> {
        let broken = self.inflict(row, place, &self.part)?;
        serde_json::from_str(&broken.text).ok()
    }

    /// Its answer with a breakage, read as any answer is; `None` where there is nothing to break.
    pub(super) fn broken(&self, row: &Breakage, place: &PointerPattern) -> Option<Trial> {
        if row.is_of_writing() && self.tool.is_some() && self.is_in_text() {
            let whole = json!({"tool": self.tool, "arguments": self.part});
            return Some(self.read(&self.inflict(row, place, &whole)?, false));
        }
        let mut broken = self.inflict(row, place, &self.part)?;
        if !row.is_of_writing()
            && let Ok(value) = serde_json::from_str::<Value>(&broken.text)
            && (self.is_in_text() || value.is_string())
        {
            broken.text = self.written(&value);
        }
        Some(self.read(&broken, row.code == "refused"))
    }

    fn inflict(&self, row: &Breakage, place: &PointerPattern, value: &Value) -> Option<Broken> {
        let whole = Whole::new(Some(&value.to_string()), value);
        row.inflict(place, &whole, &self.part, self.schema())
    }

    /// Whether its mode has answers in the text, and not in a tool call.
    fn is_in_text(&self) -> bool {
        let mode = self.cell.cell.model.structured;
        match &self.cell.cell.output {
            Output::Text => true,
            Output::Json { .. } => mode != Structured::Tool,
            Output::Tools { .. } => matches!(mode, Structured::JsonObject | Structured::Prompt),
        }
    }

    /// What the model would write for a value.
    fn written(&self, part: &Value) -> String {
        match (&self.cell.cell.output, part) {
            (Output::Text, Value::String(text)) => text.clone(),
            (Output::Tools { .. }, part) if self.is_in_text() => {
                json!({"tool": self.tool, "arguments": part}).to_string()
            }
            (_, part) => part.to_string(),
        }
    }

    /// Reads what arrives; `in_words` where it does not come in a tool call, whatever the mode.
    fn read(&self, arrived: &Broken, in_words: bool) -> Trial {
        let trial = begun(1, Timestamp::UNIX_EPOCH);
        if let Some(status) = arrived.status {
            let refused = ProviderError {
                class: ErrorClass::BadRequest,
                status,
                code: None,
                message: "the request is refused".to_owned(),
                retry_after: None,
                should_retry: None,
                generation: None,
            };
            return failed(self.cell, &Failure::Provider(refused), trial);
        }
        let text = arrived.text.clone();
        let name = match &self.cell.cell.output {
            _ if in_words || self.is_in_text() => None,
            Output::Json { name, .. } => Some(name.clone()),
            _ => self.tool.clone(),
        };
        let call = name.map(|name| ToolCall { name, arguments: text.clone() });
        let served = self.cell.accepted.as_ref().and_then(|it| it.meta.served.clone());
        let completion = Completion {
            text: call.is_none().then_some(text),
            tool_calls: call.into_iter().collect(),
            stop: arrived.stop,
            identity: Identity { served, ..Identity::default() },
            ..Completion::default()
        };
        answer::read(self.cell, completion, trial)
    }
}

/// The value of a stored answer before it was normalised; `None` where its text is not all of it.
fn whole(cell: &Prepared, trial: &Trial) -> Option<Value> {
    let text = trial.text.as_deref()?;
    let value = match &cell.cell.output {
        Output::Text => Value::from(text),
        Output::Tools { .. } if trial.how == Some(How::ToolCall) => {
            let arguments: Value = serde_json::from_str(text).ok()?;
            json!({"tool": trial.value.as_ref()?.get("tool")?, "arguments": arguments})
        }
        _ => serde_json::from_str(text).ok()?,
    };
    Some(match &cell.wire_schema {
        Some(sent) => provider::lift(value, sent),
        None => value,
    })
}
