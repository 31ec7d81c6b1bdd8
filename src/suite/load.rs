//! From files to a suite, telling all problems in one go.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::keys::CONFIG;
use super::layers::Layers;
use super::like;
use super::matrix::Matrix;
use super::prompt::{PromptDraft, PromptReader};
use super::route::RouteReader;
use super::schema::Schemas;
use super::shape::{CONFIG_CODES, Check, nearest};
use super::source::{FileArea, Folder, Source, file_problem};
use super::tree::{Node, read_toml};
use super::{cost, model, price, secret, store};
use crate::domain::{Case, Diagnostic, Diagnostics, Place, Prompt, Severity, Slot, Suite, Variant};
use crate::sim::World;

/// A suite that can be run, and what to look at nevertheless.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub suite: Suite,
    /// Problems that do not stop the work.
    pub warnings: Vec<Diagnostic>,
}

/// Loads the suite of a config file.
///
/// # Errors
/// Every problem that is found, warnings included, if at least one of them is an error.
pub fn load(config: &Path, profile: Option<&str>) -> Result<Loaded, Diagnostics> {
    let (root, file) = root_of(config);
    let folder = Folder::new(&root);
    let mut problems = Vec::new();
    let (source, node, is_whole) = read_config(&folder, &file, &mut problems)?;
    let layers = Layers {
        file: &node,
        profile: profile.and_then(|name| profile_named(&source, &node, name, &mut problems)),
        overrides: Vec::new(),
    };
    let models = model::models(&source, &layers, &mut problems);
    let slots: BTreeSet<Slot> = slots(&node);
    let mut reader = PromptReader {
        folder: &folder,
        slots: is_whole.then_some(&slots),
        schemas: Schemas::new(&folder),
        problems: &mut problems,
    };
    let mut drafts = reader.prompts();
    let mut reader =
        RouteReader { folder: &folder, source: &source, slots: &slots, problems: &mut problems };
    // Slots that cannot be read are not unknown.
    let routes = if is_whole { reader.routes(&node, &mut drafts) } else { BTreeMap::default() };
    let cost = cost::settings(&source, &node, &slots, &mut problems);
    let run = layers.run();
    let mut matrix = Matrix::new(&source, layers, &models);
    for prompt in drafts.values() {
        matrix.add(prompt);
    }
    let (cells, noticed) = matrix.finish();
    problems.extend(noticed);
    let store = store::settings(&folder, &source, (&node, &mut problems));
    let prices = price::entries(&source, &node, &mut problems);
    let demo_world = demo_world(&folder, &source, &node, &mut problems);
    if cells.is_empty() && !has_errors(&problems) {
        tell_empty(&source, &mut problems);
    }
    let problems = sorted(problems);
    if has_errors(&problems) {
        return Err(Diagnostics(problems));
    }
    let prompts = drafts.into_iter().map(|(name, draft)| (name, Arc::new(prompt(draft)))).collect();
    let profile = profile.map(str::to_owned);
    let profiles = profiles(&node);
    let suite = Suite {
        root,
        config: file,
        profile,
        profiles,
        run,
        store,
        cost,
        routes,
        models,
        prompts,
        cells,
        prices,
        demo_world,
    };
    Ok(Loaded { suite, warnings: problems })
}

/// What leaves a prompt without cells, and a suite of one prompt without any.
const EMPTIES: [&str; 2] = ["prompt::no-cases", "prompt::no-models"];

/// Without a cell nothing can be asked: the cause is an error, where it is known.
fn tell_empty(source: &Source, problems: &mut Vec<Diagnostic>) {
    match problems.iter_mut().find(|problem| EMPTIES.contains(&problem.code)) {
        Some(cause) => cause.severity = Severity::Error,
        None => problems.push(
            Diagnostic::error("config::empty-matrix", "there is no cell: no prompt meets a model")
                .at(source.place(0..0), "nothing to ask")
                .help("add a model under `[models]`, and a case to a prompt that may use it"),
        ),
    }
}

/// The config as a tree, and whether all of it could be read. Secrets in it are covered before anything else sees the text.
fn read_config(
    folder: &Folder,
    file: &str,
    problems: &mut Vec<Diagnostic>,
) -> Result<(Source, Node, bool), Diagnostics> {
    let unreadable = |fault| {
        let place = Place::new(file, Arc::from(""), 0..0);
        Diagnostics::from(file_problem(FileArea::Config, file, &fault, place))
    };
    let read = folder.read(file).map_err(unreadable)?;
    let (text, secrets) = secret::cover(&read.text);
    let source = Source::new(&read.file, &text);
    problems.extend(secrets.into_iter().map(|span| {
        Diagnostic::error("config::secret", "there is a secret in the config")
            .at(source.place(span), "covered here")
            .help("put it into an environment variable and write its name: `api-key-env = \"NAME\"`, or `{ env = \"NAME\" }` in `headers`")
    }));
    let (mut node, faults) = read_toml(&source.text, 0);
    if !faults.is_empty() {
        problems.extend(faults.into_iter().map(|fault| {
            Diagnostic::error("config::not-toml", "the config is not TOML")
                .at(source.place(fault.span), fault.message)
                .help(fault.help)
        }));
        return Ok((source, node, false));
    }
    Check { source: &source, codes: CONFIG_CODES, problems }.node(&node, CONFIG, "");
    like::inherit(&source, &mut node, problems);
    if let Some(version) = node.get("version")
        && version.integer().is_some_and(|version| version > 1)
    {
        problems.push(
            Diagnostic::error("config::version", "this version of the format is not known")
                .at(source.place(version.span.clone()), "only 1 is")
                .help("write `version = 1`, or update promptmatrix"),
        );
    }
    Ok((source, node, true))
}

fn profile_named<'a>(
    source: &Source,
    node: &'a Node,
    name: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'a Node> {
    let profiles = node.entry("profile");
    let known = profiles.map_or(&[][..], |entry| entry.node.entries());
    let found = known.iter().find(|entry| entry.key == name);
    if found.is_none() {
        let names: Vec<&str> = known.iter().map(|entry| entry.key.as_str()).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if names.is_empty() => format!("write `[profile.{name}]`"),
            None => format!("profiles are: {}", names.join(", ")),
        };
        let span = known.first().map_or(0..0, |entry| entry.key_span.clone());
        problems.push(
            Diagnostic::error("config::unknown-profile", format!("there is no profile `{name}`"))
                .at(source.place(span), "profiles of this config")
                .help(help),
        );
    }
    found.map(|entry| &entry.node)
}

fn profiles(node: &Node) -> Vec<String> {
    let entries = node.get("profile").map_or(&[][..], Node::entries);
    let mut names: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    names.sort();
    names
}

/// The slots as they are written, also those whose model cannot be resolved.
fn slots(node: &Node) -> BTreeSet<Slot> {
    let models = node.get("models").map_or(&[][..], Node::entries);
    models.iter().filter_map(|entry| Slot::new(&entry.key).ok()).collect()
}

fn demo_world(
    folder: &Folder,
    source: &Source,
    node: &Node,
    problems: &mut Vec<Diagnostic>,
) -> Option<Arc<str>> {
    let path = &node.at(&["demo", "world"])?.node;
    match folder.read(path.text()?) {
        Ok(world) => {
            if let Err(error) = World::parse(&world.text) {
                let place = Place::new(&*world.file, Arc::clone(&world.text), error.span);
                problems.push(
                    Diagnostic::error(
                        "demo::world",
                        "the world of the demo provider cannot be read",
                    )
                    .at(place, error.message)
                    .help("fix the marked place"),
                );
            }
            Some(world.text)
        }
        Err(fault) => {
            let place = source.place(path.span.clone());
            problems.push(file_problem(FileArea::Config, path.text()?, &fault, place));
            None
        }
    }
}

fn prompt(draft: PromptDraft) -> Prompt {
    let variant = |page: &super::page::Page| Variant { file: page.source.file.to_string() };
    Prompt {
        file: draft.page.source.file.to_string(),
        description: draft.description(),
        variants: draft.variants.iter().map(|(slot, page)| (slot.clone(), variant(page))).collect(),
        cases: draft
            .cases
            .into_iter()
            .map(|case| Case { name: case.name, place: case.place, tags: case.tags })
            .collect(),
        name: draft.name,
        schema_file: draft.schema_file,
    }
}

fn has_errors(problems: &[Diagnostic]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// By file in the order they were read, and by line within a file.
fn sorted(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &problems {
        let file = problem.place.as_ref().map(|place| place.file.clone()).unwrap_or_default();
        let next = files.len();
        files.entry(file).or_insert(next);
    }
    let mut problems = problems;
    problems.sort_by_key(|problem| {
        let (file, start) = problem
            .place
            .as_ref()
            .map(|place| (place.file.clone(), place.span.start))
            .unwrap_or_default();
        (files.get(&file).copied(), start)
    });
    // What a slot takes over from another is wrong in both.
    problems.dedup();
    problems
}

/// Where a config may stand, in a folder.
const PLACES: [&str; 2] = ["promptmatrix.toml", ".config/promptmatrix.toml"];

/// The config file: the one that is named, or the first that is found from `start` upward to the
/// root of the git repository.
///
/// # Errors
/// There is none.
pub(crate) fn find(start: &Path, explicit: Option<&Path>) -> Result<PathBuf, Diagnostics> {
    if let Some(path) = explicit {
        if path.is_file() {
            return Ok(path.to_owned());
        }
        let title = format!("there is no file `{}`", path.display());
        return Err(Diagnostic::error("config::not-found", title)
            .help("name an existing file with `--config`")
            .into());
    }
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    for folder in start.ancestors() {
        let found = PLACES.iter().map(|place| folder.join(place)).find(|path| path.is_file());
        if let Some(path) = found {
            return Ok(path);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Err(Diagnostic::error("config::not-found", "there is no `promptmatrix.toml` here or above")
        .help("`promptmatrix init` writes one; or name yours with `--config`")
        .into())
}

/// The folder of the suite, and the config's path in it.
pub(crate) fn root_of(config: &Path) -> (PathBuf, String) {
    let name = config.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let folder = config.parent().unwrap_or(Path::new(""));
    let here = |folder: &Path| {
        if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
    };
    match folder.file_name() {
        Some(last) if last == ".config" => {
            (here(folder.parent().unwrap_or(Path::new(""))), format!(".config/{name}"))
        }
        _ => (here(folder), name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_config_up_to_the_repository_is_found() {
        let temp = tempfile::tempdir().unwrap();
        let inner = temp.path().join("repo/a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir_all(temp.path().join("repo/.git")).unwrap();
        std::fs::write(temp.path().join("promptmatrix.toml"), "").unwrap();
        assert!(find(&inner, None).is_err(), "above the repository is not looked");
        std::fs::create_dir_all(temp.path().join("repo/.config")).unwrap();
        let config = temp.path().join("repo/.config/promptmatrix.toml");
        std::fs::write(&config, "").unwrap();
        assert_eq!(find(&inner, None).unwrap(), config);
        assert!(find(&inner, Some(&inner.join("nope.toml"))).is_err());
    }

    #[test]
    fn a_config_in_its_dot_folder_speaks_for_the_folder_above() {
        let root = |path: &str| {
            let (root, config) = root_of(Path::new(path));
            (root.display().to_string(), config)
        };
        assert_eq!(root("r/promptmatrix.toml"), ("r".into(), "promptmatrix.toml".into()));
        assert_eq!(root("r/.config/p.toml"), ("r".into(), ".config/p.toml".into()));
        assert_eq!(root("p.toml"), (".".into(), "p.toml".into()));
        assert_eq!(root(".config/p.toml"), (".".into(), ".config/p.toml".into()));
    }
}
