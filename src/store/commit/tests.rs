//! A change that ends at any point, and what the next one finds.

use super::*;

/// Replaces, makes and takes away files, in two folders that are there and one that is not.
const BEFORE: [(&str, &str); 4] =
    [("snapshots/a.snap", "old"), ("snapshots/a.snap.new", "new"), ("config", "1"), ("same", "s")];

fn suite() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in BEFORE {
        write_new(&root.path().join(path), text.as_bytes()).unwrap();
    }
    root
}

fn change(root: &Path) -> Commit {
    let mut commit = Commit::begin_within(root, Duration::ZERO).unwrap();
    commit.write("snapshots/a.snap", "new");
    commit.remove("snapshots/a.snap.new");
    commit.write("snapshots/deep/b.json", "{}");
    commit.write("config", "2");
    commit.write("same", "s");
    commit.remove("snapshots/none");
    commit
}

/// All files and folders but the lock.
fn tree(root: &Path) -> BTreeMap<PathBuf, Option<String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).ok();
            if text.is_none() {
                folders.push(path.clone());
            }
            if !path.ends_with(".promptmatrix/lock") {
                found.insert(path.strip_prefix(root).unwrap().to_owned(), text);
            }
        }
    }
    found
}

/// How a suite stands before the change, and after it.
fn ends() -> [BTreeMap<PathBuf, Option<String>>; 2] {
    let root = suite();
    drop(change(root.path()));
    let before = tree(root.path());
    change(root.path()).finish().unwrap();
    [before, tree(root.path())]
}

#[test]
fn a_finished_change_is_whole_and_leaves_nothing_else_behind() {
    let [before, after] = ends();
    let text = |path: &str| after.get(Path::new(path)).cloned().flatten();
    assert_eq!(text("snapshots/a.snap").as_deref(), Some("new"));
    assert_eq!(text("config").as_deref(), Some("2"));
    assert_eq!(text("snapshots/deep/b.json").as_deref(), Some("{}"));
    assert_eq!(text("snapshots/a.snap.new"), None);
    assert_eq!(after.len(), before.len() + 1, "{after:?}");
}

#[test]
fn a_change_that_stops_before_it_holds_is_undone() {
    let [before, _] = ends();
    for drafts in 0..=4 {
        let root = suite();
        let commit = change(root.path());
        let list = commit.list().unwrap();
        let text = serde_json::to_vec(&list).unwrap();
        write_new(&listed(root.path(), PREPARED), &text).unwrap();
        for entry in list.files.iter().take(drafts) {
            write_new(&entry.draft(root.path()), b"half").unwrap();
        }
        drop(commit);
        assert_eq!(recover(root.path()).unwrap(), Some(Recovered::Undone));
        assert_eq!(tree(root.path()), before, "{drafts} drafts");
        assert_eq!(recover(root.path()).unwrap(), None);
    }
}

#[test]
fn a_list_that_is_not_whole_is_thrown_away() {
    let [before, _] = ends();
    for text in ["", "{\"format\":1,\"files\":[{\"pa"] {
        let root = suite();
        drop(change(root.path()));
        write_new(&listed(root.path(), PREPARED), text.as_bytes()).unwrap();
        assert_eq!(recover(root.path()).unwrap(), Some(Recovered::Undone));
        assert_eq!(tree(root.path()), before);
    }
}

#[test]
fn a_change_that_stops_after_it_holds_is_finished() {
    let [_, after] = ends();
    for applied in 0..=4 {
        for next in [recover, |root: &Path| Ok(Commit::begin(root)?.recovered())] {
            let root = suite();
            let commit = change(root.path());
            let list = commit.list().unwrap();
            commit.prepare(&list).unwrap();
            for entry in list.files.iter().take(applied) {
                entry.apply(root.path()).unwrap();
            }
            drop(commit);
            assert_eq!(next(root.path()).unwrap(), Some(Recovered::Finished));
            assert_eq!(tree(root.path()), after, "{applied} applied");
        }
    }
}

#[test]
fn a_removal_that_stops_halfway_is_finished() {
    let [_, after] = ends();
    let root = suite();
    let commit = change(root.path());
    commit.prepare(&commit.list().unwrap()).unwrap();
    drop(commit);
    fs::remove_file(root.path().join("snapshots/a.snap.new")).unwrap();
    assert_eq!(recover(root.path()).unwrap(), Some(Recovered::Finished));
    assert_eq!(tree(root.path()), after);
}

#[test]
fn a_reader_leaves_a_change_alone_that_is_being_made() {
    let root = suite();
    let commit = change(root.path());
    commit.prepare(&commit.list().unwrap()).unwrap();
    assert_eq!(recover(root.path()).unwrap(), None);
    let busy = Commit::begin_within(root.path(), Duration::ZERO).unwrap_err();
    assert!(busy.to_string().contains(&std::process::id().to_string()), "{busy}");
    assert_eq!(fs::read_to_string(root.path().join("config")).unwrap(), "1");
}

#[test]
fn what_a_person_edited_meanwhile_is_not_overwritten() {
    for (path, text) in [("config", Some("by hand")), ("snapshots/a.snap.new", Some("by hand"))] {
        let root = suite();
        let commit = change(root.path());
        commit.prepare(&commit.list().unwrap()).unwrap();
        drop(commit);
        fs::write(root.path().join(path), text.unwrap()).unwrap();
        let before = tree(root.path());
        let error = recover(root.path()).unwrap_err();
        assert!(matches!(&error, CommitError::Edited(edited) if edited == path), "{error}");
        assert_eq!(tree(root.path()), before);
    }
}

#[test]
fn a_draft_that_is_gone_is_not_taken_for_done() {
    let root = suite();
    let commit = change(root.path());
    commit.prepare(&commit.list().unwrap()).unwrap();
    drop(commit);
    fs::remove_file(root.path().join(".config~")).unwrap();
    assert!(matches!(recover(root.path()), Err(CommitError::Edited(path)) if path == "config"));
}

#[test]
fn a_file_in_the_way_of_one_leaves_all_as_they_were() {
    let root = suite();
    fs::write(root.path().join("snapshots/deep"), "no folder").unwrap();
    drop(change(root.path()));
    let before = tree(root.path());
    let error = change(root.path()).finish().unwrap_err();
    let CommitError::NotWritten(_) = &error else { panic!("{error}") };
    assert!(
        error.to_string().contains("deep") && error.to_string().contains("nothing was changed")
    );
    assert_eq!(tree(root.path()), before);
}

#[test]
fn no_path_leads_out_of_the_suite() {
    let (root, outside) = (suite(), tempfile::tempdir().unwrap());
    let far = outside.path().join("x").to_string_lossy().into_owned();
    for path in ["../x", "snapshots/../../x", "", &far] {
        let mut commit = Commit::begin(root.path()).unwrap();
        commit.write(path, "x");
        assert!(matches!(commit.finish(), Err(CommitError::Outside(_))), "{path}");
        let list = List {
            format: FORMAT,
            files: vec![Entry { path: path.to_owned(), before: None, removed: false }],
        };
        for name in [PREPARED, DECIDED] {
            let file = listed(root.path(), name);
            write_new(&file, &serde_json::to_vec(&list).unwrap()).unwrap();
            assert!(matches!(recover(root.path()), Err(CommitError::Outside(_))), "{path}");
            fs::remove_file(file).unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_out_of_the_suite() {
    let (root, outside) = (suite(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
    let mut commit = Commit::begin(root.path()).unwrap();
    commit.write("out/x", "x");
    assert!(matches!(commit.finish(), Err(CommitError::Outside(_))));
    // Nor is anything written through a link that bears the name of a draft.
    let target = outside.path().join("target");
    std::os::unix::fs::symlink(&target, root.path().join(".config~")).unwrap();
    change(root.path()).finish().unwrap();
    assert!(!target.exists());
}
