//! Recordings in packs, `000001.jsonl.gz` and so on: one for each run that recorded something.
//!
//! Of the recordings of one sample the youngest holds, and of those the one in the last pack. When a run ends, packs of which nothing holds any more are removed,
//! and those that hold no more than all later ones are put together with them: there are never many.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{self, File, TryLockError};
use std::io::{Cursor, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::RecordingError;
use super::pack::{self, Entry, Key, Packing};
use crate::store::files::{self, FileError};
use crate::store::shared::{SharedError, SharedStore};

const ENDING: &str = ".jsonl.gz";

/// The names of the members that were taken from the shared store or put there, one to a line.
const SHARED: &str = "shared";

/// So many members stay unpacked: cells are asked for about in the order in which they were recorded.
const UNPACKED: usize = 16;

/// The packs of a folder.
#[derive(Debug)]
pub(super) struct Packs {
    /// The suite's folder.
    root: PathBuf,
    folder: PathBuf,
    /// What was there when something was first looked for.
    index: Mutex<Option<Index>>,
    writer: Mutex<Option<Writer>>,
    shared: Option<Arc<SharedStore>>,
}

impl Packs {
    pub(super) fn open(root: &Path, shared: Option<Arc<SharedStore>>) -> Self {
        let (root, folder) = (root.to_owned(), root.join(files::PRIVATE).join("recordings"));
        Self { root, folder, index: Mutex::default(), writer: Mutex::default(), shared }
    }

    /// Takes what other machines recorded, into a pack of its own.
    pub(super) fn take_shared(&self) -> Result<(), SharedError> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let names = files::read(&self.folder.join(SHARED))?.unwrap_or_default();
        let names = String::from_utf8_lossy(&names);
        let members = shared.recordings(&names.lines().map(str::to_owned).collect())?;
        if members.is_empty() {
            return Ok(());
        }
        let mut writer = Writer::begin(&self.root, &self.folder, None)?;
        for (name, member) in &members {
            let read = pack::members(Cursor::new(member), member.len() as u64);
            if !read.is_ok_and(|(_, fault)| fault.is_none()) {
                return Err(shared.damaged(name));
            }
            writer.append(member)?;
        }
        drop(writer);
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(note(&self.folder, members.into_iter().map(|(name, _)| name))?)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// When a sample was recorded.
    pub(super) fn recorded_at(&self, key: &Key) -> Result<Option<Timestamp>, RecordingError> {
        self.look(|index| index.spot(key).map(|spot| spot.map(Spot::at)))
    }

    /// The pack of a recording, and the recording itself as it was kept.
    pub(super) fn find(&self, key: &Key) -> Result<Option<(PathBuf, Vec<u8>)>, RecordingError> {
        self.look(|index| {
            let Some(spot) = index.spot(key)? else { return Ok(None) };
            let line = index.line(spot)?;
            Ok(index.packs.get(spot.pack).map(|pack| (pack.path.clone(), line)))
        })
    }

    fn look<T>(
        &self,
        look: impl FnOnce(&mut Index) -> Result<T, RecordingError>,
    ) -> Result<T, RecordingError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let index = match &mut *index {
            Some(index) => index,
            none => none.insert(Index::read(&self.folder)?),
        };
        look(index)
    }

    /// Keeps a recording. It is in its pack when enough others came, or a moment passed, or at the end.
    pub(super) fn keep(&self, entry: Entry, line: &[u8]) -> Result<(), FileError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = match &mut *writer {
            Some(writer) => writer,
            none => none.insert(Writer::begin(&self.root, &self.folder, self.shared.clone())?),
        };
        writer.packing.push(entry, line);
        if writer.packing.is_full() || writer.packing.is_due() { writer.write() } else { Ok(()) }
    }

    /// Ends the pack that was begun.
    pub(super) fn finish(&self) -> Result<(), RecordingError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut writer) = writer else { return Ok(()) };
        writer.write()?;
        drop(writer);
        *self.index.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let mut index = Index::read(&self.folder)?;
        for pack in index.packs.iter().filter(|pack| pack.live == 0 && !pack.is_busy()) {
            files::remove(&pack.path)?;
        }
        let mut sum = 0;
        let late = index.packs.iter().rev().filter(|pack| pack.live > 0).take_while(|pack| {
            let joins = !pack.is_busy() && (sum == 0 || pack.live <= sum || pack.fault.is_some());
            sum += pack.live;
            joins
        });
        let joined: BTreeSet<PathBuf> = late.map(|pack| pack.path.clone()).collect();
        if joined.len() > 1 { index.join(&joined, |_| true) } else { Ok(()) }
    }

    /// All that holds, with the file that it is in.
    pub(super) fn all(&self) -> Result<Vec<(PathBuf, Key)>, RecordingError> {
        self.look(|index| {
            let path = |spot: &Spot| index.packs.get(spot.pack).map(|pack| pack.path.clone());
            Ok(index.spots.iter().filter_map(|(key, spot)| Some((path(spot)?, *key))).collect())
        })
    }

    /// Removes recordings.
    pub(super) fn remove(&self, gone: &BTreeSet<Key>) -> Result<(), RecordingError> {
        let mut index = Index::read(&self.folder)?;
        let packs = index.packs.iter().filter(|pack| !pack.is_busy());
        let packs = packs.map(|pack| pack.path.clone()).collect();
        index.join(&packs, |key| !gone.contains(key))
    }
}

impl Drop for Packs {
    fn drop(&mut self) {
        // A run that fails drops it without an end; what cannot be written then is not recorded.
        if let Some(writer) = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner) {
            let _ = writer.write();
        }
    }
}

/// The pack of a run that goes on. Locked as long as it grows: nobody puts it together with others.
#[derive(Debug)]
struct Writer {
    path: PathBuf,
    file: File,
    /// Bytes that are known to be whole members.
    length: u64,
    packing: Packing,
    shared: Option<Arc<SharedStore>>,
}

impl Writer {
    fn begin(
        root: &Path,
        folder: &Path,
        shared: Option<Arc<SharedStore>>,
    ) -> Result<Self, FileError> {
        files::private_folder(root)?;
        fs::create_dir_all(folder).map_err(FileError::new("create", folder))?;
        let last = paths(folder)?.last().and_then(|path| number(path)).unwrap_or_default();
        let mut next = last + 1;
        loop {
            let path = folder.join(format!("{next:06}{ENDING}"));
            match File::options().append(true).create_new(true).open(&path) {
                Ok(file) => {
                    // Where a file system knows no locks, one run at a time has to do.
                    let _ = file.try_lock();
                    return Ok(Self { path, file, length: 0, packing: Packing::default(), shared });
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => next += 1,
                Err(error) => return Err(FileError::new("create", &path)(error)),
            }
        }
    }

    fn write(&mut self) -> Result<(), FileError> {
        if self.packing.is_empty() {
            return Ok(());
        }
        let member = self.packing.take().map_err(FileError::new("write", &self.path))?;
        self.append(&member)?;
        let Some((shared, folder)) = self.shared.as_ref().zip(self.path.parent()) else {
            return Ok(());
        };
        note(folder, [shared.put_recordings(member)])
    }

    fn append(&mut self, member: &[u8]) -> Result<(), FileError> {
        self.file.write_all(member).map_err(|error| {
            // A member torn by a full disk must not stand in the way of the next one.
            let _ = self.file.set_len(self.length);
            FileError::new("write", &self.path)(error)
        })?;
        self.length += member.len() as u64;
        Ok(())
    }
}

/// Where every recording of the folder is.
#[derive(Debug)]
struct Index {
    /// Oldest first.
    packs: Vec<Pack>,
    spots: BTreeMap<Key, Spot>,
    /// Members that were unpacked last: of which pack, which one, and their lines.
    unpacked: VecDeque<(usize, usize, Vec<Vec<u8>>)>,
}

#[derive(Debug)]
struct Pack {
    path: PathBuf,
    file: File,
    /// Where its members begin, and how long they are.
    members: Vec<(u64, u32)>,
    /// How many of its recordings hold.
    live: usize,
    /// What is wrong with its end.
    fault: Option<String>,
}

/// One recording: its pack, the member in it, the line in that.
#[derive(Debug, Clone, Copy)]
struct Spot {
    pack: usize,
    member: usize,
    line: usize,
    at: i64,
}

impl Spot {
    fn at(self) -> Timestamp {
        Timestamp::from_nanosecond(self.at.into()).unwrap_or_default()
    }
}

impl Pack {
    /// Whether a run is still writing it.
    fn is_busy(&self) -> bool {
        let locked = self.file.try_lock();
        let _ = self.file.unlock();
        matches!(locked, Err(TryLockError::WouldBlock))
    }

    fn broken(&self, reason: String) -> RecordingError {
        RecordingError::Broken { file: self.path.clone(), reason }
    }
}

impl Index {
    fn read(folder: &Path) -> Result<Self, RecordingError> {
        let mut index =
            Self { packs: Vec::new(), spots: BTreeMap::new(), unpacked: VecDeque::new() };
        for path in paths(folder)? {
            let read = FileError::new("read", &path);
            let file = match File::open(&path) {
                Ok(file) => file,
                // Put together with a later one just now.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(read(error).into()),
            };
            let size = |file: &File| Ok(file.metadata()?.len());
            let members = size(&file).and_then(|size| pack::members(&file, size));
            let (members, fault) = members.map_err(read)?;
            index.add(Pack { path, file, members: Vec::new(), live: 0, fault }, members);
        }
        Ok(index)
    }

    fn add(&mut self, mut pack: Pack, members: Vec<pack::Member>) {
        let at_pack = self.packs.len();
        for (member, read) in members.into_iter().enumerate() {
            pack.members.push((read.start, read.length));
            for (line, entry) in read.entries.into_iter().enumerate() {
                if self.spots.get(&entry.key).is_some_and(|known| known.at > entry.at) {
                    continue;
                }
                pack.live += 1;
                let spot = Spot { pack: at_pack, member, line, at: entry.at };
                match self.spots.insert(entry.key, spot).map(|before| before.pack) {
                    Some(before) if before == at_pack => pack.live -= 1,
                    Some(before) => {
                        if let Some(before) = self.packs.get_mut(before) {
                            before.live -= 1;
                        }
                    }
                    None => {}
                }
            }
        }
        self.packs.push(pack);
    }

    /// Where a recording is. Where a pack is broken, one that is missing may have been there.
    fn spot(&self, key: &Key) -> Result<Option<Spot>, RecordingError> {
        let fault = |pack: &Pack| Some(pack.broken(pack.fault.clone()?));
        match self.spots.get(key) {
            Some(spot) => Ok(Some(*spot)),
            None => self.packs.iter().find_map(fault).map_or(Ok(None), Err),
        }
    }

    fn line(&mut self, Spot { pack, member, line, .. }: Spot) -> Result<Vec<u8>, RecordingError> {
        let is_it = |known: &&(usize, usize, Vec<Vec<u8>>)| (known.0, known.1) == (pack, member);
        if !self.unpacked.iter().any(|known| is_it(&known)) {
            let lines = self.unpack(pack, member)?;
            if self.unpacked.len() == UNPACKED {
                self.unpacked.pop_front();
            }
            self.unpacked.push_back((pack, member, lines));
        }
        let known = self.unpacked.iter().rfind(is_it);
        Ok(known.and_then(|(.., lines)| lines.get(line)).cloned().unwrap_or_default())
    }

    fn unpack(&mut self, pack: usize, member: usize) -> Result<Vec<Vec<u8>>, RecordingError> {
        let pack = self.packs.get_mut(pack);
        let place = pack.as_ref().and_then(|pack| pack.members.get(member).copied());
        let Some((pack, (start, length))) = pack.zip(place) else { return Ok(Vec::new()) };
        let mut bytes = vec![0; length as usize];
        let read = pack.file.seek(SeekFrom::Start(start));
        let read = read.and_then(|_| pack.file.read_exact(&mut bytes));
        let unpacked = read.and_then(|()| pack::lines(&bytes));
        unpacked.map_err(|error| pack.broken(format!("it is damaged at byte {start}: {error}")))
    }

    /// Puts packs together in place of the last of them, as far as they hold and `keeps` says so.
    fn join(
        &mut self,
        joined: &BTreeSet<PathBuf>,
        keeps: impl Fn(&Key) -> bool,
    ) -> Result<(), RecordingError> {
        let Some(last) = joined.last() else { return Ok(()) };
        let is_joined =
            |spot: &Spot| self.packs.get(spot.pack).is_some_and(|pack| joined.contains(&pack.path));
        let kept = self.spots.iter().filter(|(key, spot)| is_joined(spot) && keeps(key));
        let mut kept: Vec<(Key, Spot)> = kept.map(|(key, spot)| (*key, *spot)).collect();
        kept.sort_by_key(|(_, spot)| (spot.pack, spot.member, spot.line));
        let is_empty = kept.is_empty();
        if !is_empty {
            files::write_whole_with(last, |file| {
                let mut packing = Packing::default();
                for (key, spot) in kept {
                    // One that is damaged is no use to anybody.
                    let Ok(line) = self.line(spot) else { continue };
                    packing.push(Entry { key, at: spot.at }, &line);
                    if packing.is_full() {
                        file.write_all(&packing.take()?)?;
                    }
                }
                if packing.is_empty() { Ok(()) } else { file.write_all(&packing.take()?) }
            })?;
        }
        for path in joined.iter().filter(|path| *path != last || is_empty) {
            files::remove(path)?;
        }
        Ok(())
    }
}

/// Keeps the names of members that are shared.
fn note(folder: &Path, names: impl IntoIterator<Item = String>) -> Result<(), FileError> {
    let path = folder.join(SHARED);
    let lines: String = names.into_iter().map(|name| name + "\n").collect();
    let file = File::options().create(true).append(true).open(&path);
    let noted = file.and_then(|mut file| file.write_all(lines.as_bytes()));
    noted.map_err(FileError::new("write", &path))
}

/// The packs of a folder, oldest first.
fn paths(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut paths = files::entries(folder)?;
    paths.retain(|path| number(path).is_some());
    paths.sort_by_key(|path| number(path));
    Ok(paths)
}

fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_suffix(ENDING)?.parse().ok()
}
