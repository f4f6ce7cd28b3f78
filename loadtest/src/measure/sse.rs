//! Reads Server-Sent Events from chunks of bytes, as lean as a thousand readers in one process must be: content nobody
//! wants is skipped without a copy.

use memchr::memchr;

/// Nothing of a line that is not wanted is kept beyond its first bytes.
const PREFIX: usize = 64;

/// Puts events together from the chunks they come in.
#[derive(Debug, Default)]
pub struct Reader {
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    /// Whether `data` lines are wanted.
    wants_data: bool,
    event: Event,
}

/// One event.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Its id, where it is a number.
    pub id: Option<u64>,
    /// Its content, if it is wanted.
    pub data: Vec<u8>,
}

impl Reader {
    /// One that keeps names and ids.
    pub fn without_data() -> Self {
        Self::default()
    }

    /// One that keeps everything.
    pub fn with_data() -> Self {
        Self { wants_data: true, ..Self::default() }
    }

    /// Takes a chunk and hands on the events that are complete with it.
    pub fn feed(&mut self, mut chunk: &[u8], mut on: impl FnMut(&Event)) {
        while let Some(end) = memchr(b'\n', chunk) {
            let (head, rest) = chunk.split_at(end);
            chunk = rest.get(1..).unwrap_or_default();
            if self.line.is_empty() {
                self.take(head, &mut on);
            } else {
                self.keep(head);
                let line = std::mem::take(&mut self.line);
                self.take(&line, &mut on);
            }
        }
        self.keep(chunk);
    }

    fn keep(&mut self, part: &[u8]) {
        let room = if self.wants_data { usize::MAX } else { PREFIX.saturating_sub(self.line.len()) };
        self.line.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
    }

    fn take(&mut self, line: &[u8], on: &mut impl FnMut(&Event)) {
        if line.is_empty() {
            if !self.event.name.is_empty() {
                on(&self.event);
            }
            self.event = Event::default();
        } else if let Some(name) = line.strip_prefix(b"event: ") {
            String::from_utf8_lossy(name).as_ref().clone_into(&mut self.event.name);
        } else if let Some(id) = line.strip_prefix(b"id: ") {
            self.event.id = std::str::from_utf8(id).ok().and_then(|id| id.parse().ok());
        } else if let Some(data) = line.strip_prefix(b"data: ")
            && self.wants_data
        {
            self.event.data.extend_from_slice(data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_however_they_are_cut() {
        let long = "x".repeat(300);
        let text = format!(
            "retry: 1000\n\nevent: snapshot\nid: 7\ndata: {long}\n\n: ping\n\nevent: positions\ndata: {{}}\n\nevent: order\nid: 8\ndata: {{\"a\":1}}\n\n"
        );
        for size in [1, 3, 70, 1000] {
            let (mut lean, mut full) = (Reader::without_data(), Reader::with_data());
            let (mut ids, mut contents) = (Vec::new(), Vec::new());
            for chunk in text.as_bytes().chunks(size) {
                lean.feed(chunk, |event| ids.push((event.name.clone(), event.id)));
                full.feed(chunk, |event| contents.push(event.data.clone()));
            }
            let named = |name: &str, id| (name.to_owned(), id);
            assert_eq!(ids, [named("snapshot", Some(7)), named("positions", None), named("order", Some(8))]);
            assert_eq!(contents, [long.as_bytes(), b"{}", b"{\"a\":1}"]);
        }
    }
}
