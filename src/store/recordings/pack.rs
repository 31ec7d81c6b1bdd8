//! One pack: many recordings in a gzip file, so that `zcat` shows them, one line of JSON each.
//!
//! A pack is a row of gzip members and only ever grows. The extra field of each member names its
//! recordings and says how long it is: what is in a pack is known from these heads alone, and a
//! member is unpacked when one of its recordings is wanted. A member counts when it is whole.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, Write};

use flate2::read::GzDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use crate::domain::Hash;

/// A member has at most so many recordings, and about so many bytes before it is packed.
const MOST: usize = 64;
const LARGE: usize = 256 * 1024;

/// Most bytes of one member, unpacked.
const LARGEST: u64 = 1 << 30;

/// How long a recording waits for others that fill its member, in nanoseconds.
const PATIENCE: i64 = 100_000_000;

/// The head of a member of gzip with an extra field; its length follows.
const MAGIC: [u8; 10] = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255];

/// The name of our part of the extra field.
const NAME: [u8; 2] = *b"PM";

/// Bytes of an entry; of what stands before the entries in their field: length and checksum; of all
/// that stands before them; and of what ends a member.
const ENTRY: usize = 44;
const BEFORE: usize = 8;
const HEAD: usize = MAGIC.len() + 6 + BEFORE;
const TAIL: usize = 8;

/// One sample of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    request: [u8; 32],
    pub(super) trial: u32,
}

impl Key {
    /// `None` where the hash is none of a whole request.
    pub(super) fn new(request: &Hash, trial: u32) -> Option<Self> {
        let digits = request.as_str().as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self { request: bytes, trial })
    }

    pub(super) fn request(&self) -> Hash {
        Hash::of_digest(&self.request)
    }
}

/// A recording as the head of its member names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: Key,
    /// When it was made, in nanoseconds since 1970.
    pub(super) at: i64,
}

impl Entry {
    fn write(self, out: &mut Vec<u8>) {
        out.extend(self.key.request);
        out.extend(self.key.trial.to_le_bytes());
        out.extend(self.at.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (request, rest) = bytes.split_first_chunk::<32>()?;
        let (trial, rest) = rest.split_first_chunk::<4>()?;
        let (at, _) = rest.split_first_chunk::<8>()?;
        let key = Key { request: *request, trial: u32::from_le_bytes(*trial) };
        Some(Self { key, at: i64::from_le_bytes(*at) })
    }
}

/// Recordings that become the next member.
#[derive(Debug, Default)]
pub(super) struct Packing {
    entries: Vec<Entry>,
    lines: Vec<u8>,
}

impl Packing {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a recording. `line` is without its end.
    pub(super) fn push(&mut self, entry: Entry, line: &[u8]) {
        self.entries.push(entry);
        self.lines.extend_from_slice(line);
        self.lines.push(b'\n');
    }

    /// Whether there is enough for a member.
    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= MOST || self.lines.len() >= LARGE
    }

    /// Whether the first one has waited long enough for the last.
    pub(super) fn is_due(&self) -> bool {
        let waits = self.entries.first().zip(self.entries.last());
        waits.is_some_and(|(first, last)| last.at.saturating_sub(first.at) >= PATIENCE)
    }

    /// The bytes of the member; nothing is left here.
    pub(super) fn take(&mut self) -> io::Result<Vec<u8>> {
        let mut entries = Vec::with_capacity(self.entries.len() * ENTRY);
        self.entries.drain(..).for_each(|entry| entry.write(&mut entries));
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.lines)?;
        let packed = encoder.finish()?;
        let mut content = Crc::new();
        content.update(&self.lines);
        self.lines.clear();

        let field = BEFORE + entries.len();
        let length = HEAD + entries.len() + packed.len() + TAIL;
        let mut member = Vec::with_capacity(length);
        let length = u32::try_from(length).map_err(io::Error::other)?;
        let mut checksum = Crc::new();
        checksum.update(&length.to_le_bytes());
        checksum.update(&entries);

        member.extend(MAGIC);
        member.extend(short(field + 4)?);
        member.extend(NAME);
        member.extend(short(field)?);
        member.extend(length.to_le_bytes());
        member.extend(checksum.sum().to_le_bytes());
        member.extend(entries);
        member.extend(packed);
        member.extend(content.sum().to_le_bytes());
        member.extend(content.amount().to_le_bytes());
        Ok(member)
    }
}

fn short(length: usize) -> io::Result<[u8; 2]> {
    u16::try_from(length).map(u16::to_le_bytes).map_err(io::Error::other)
}

/// Where a member stands in its pack, and what is in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) start: u64,
    pub(super) length: u32,
    pub(super) entries: Vec<Entry>,
}

/// The whole members of a pack of `size` bytes, in order, and what is wrong with what follows them.
pub(super) fn members(
    file: impl Read + Seek,
    size: u64,
) -> io::Result<(Vec<Member>, Option<String>)> {
    let mut file = BufReader::new(file);
    let mut members = Vec::new();
    let mut start = 0;
    while start < size {
        let fault = match head(&mut file) {
            Ok(Some((length, entries))) if start + u64::from(length) <= size => {
                let read = HEAD + entries.len() * ENTRY;
                file.seek_relative(i64::from(length) - i64::try_from(read).unwrap_or_default())?;
                members.push(Member { start, length, entries });
                start += u64::from(length);
                continue;
            }
            Ok(None) => "it is damaged",
            Ok(Some(_)) => "it ends too early",
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => "it ends too early",
            Err(error) => return Err(error),
        };
        return Ok((members, Some(format!("{fault}, from byte {start} on"))));
    }
    Ok((members, None))
}

/// Length and entries of the member that begins here; `None` where none does.
fn head(file: &mut impl Read) -> io::Result<Option<(u32, Vec<Entry>)>> {
    let mut head = [0; HEAD];
    file.read_exact(&mut head)?;
    let [magic @ .., a0, a1, n0, n1, f0, f1, l0, l1, l2, l3, c0, c1, c2, c3] = head;
    let field = usize::from(u16::from_le_bytes([f0, f1]));
    let is_ours = magic == MAGIC
        && [n0, n1] == NAME
        && usize::from(u16::from_le_bytes([a0, a1])) == field + 4
        && field >= BEFORE
        && (field - BEFORE).is_multiple_of(ENTRY);
    if !is_ours {
        return Ok(None);
    }
    let mut entries = vec![0; field - BEFORE];
    file.read_exact(&mut entries)?;
    let length = u32::from_le_bytes([l0, l1, l2, l3]);
    let mut checksum = Crc::new();
    checksum.update(&length.to_le_bytes());
    checksum.update(&entries);
    let is_whole = checksum.sum() == u32::from_le_bytes([c0, c1, c2, c3])
        && length as usize >= HEAD + entries.len() + TAIL;
    let entries = entries.chunks_exact(ENTRY).map(Entry::read).collect::<Option<Vec<_>>>();
    Ok(entries.filter(|_| is_whole).map(|entries| (length, entries)))
}

/// The lines of a member, given its bytes.
pub(super) fn lines(member: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    BufReader::new(GzDecoder::new(member).take(LARGEST)).split(b'\n').collect()
}
