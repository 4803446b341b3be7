//! Tables of "so many samples, this value", as they are written (ISO/IEC 14496-12 8.6.1).

/// Runs of one value, in the bytes of the box that they are for.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    bytes: Vec<u8>,
    count: u32,
    open: Option<(u32, u32)>,
}

impl Pairs {
    /// One more sample has this value.
    pub fn push(&mut self, value: u32) {
        match &mut self.open {
            Some((count, last)) if *last == value => *count += 1,
            _ => {
                self.close();
                self.open = Some((1, value));
            }
        }
    }

    fn close(&mut self) {
        if let Some((count, value)) = self.open.take() {
            self.bytes.extend_from_slice(&count.to_be_bytes());
            self.bytes.extend_from_slice(&value.to_be_bytes());
            self.count += 1;
        }
    }

    /// The number of entries, and the entries.
    pub fn finish(mut self) -> (u32, Vec<u8>) {
        self.close();
        (self.count, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_one_entry() {
        let mut pairs = Pairs::default();
        [7, 7, 8, 7].into_iter().for_each(|value| pairs.push(value));
        let expected = [[0, 0, 0, 2, 0, 0, 0, 7], [0, 0, 0, 1, 0, 0, 0, 8], [0, 0, 0, 1, 0, 0, 0, 7]];
        assert_eq!(pairs.finish(), (3, expected.concat()));
        assert_eq!(Pairs::default().finish(), (0, vec![]));
    }
}
