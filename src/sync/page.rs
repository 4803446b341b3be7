//! The viewers' page in the bucket, so that its public address plays without the box.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::store::Store;
use super::trouble::Trouble;

/// A file of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFile {
    /// Its key below the bucket, such as `index.html`.
    pub key: String,
    /// Its type.
    pub content_type: String,
    /// What caches may do with it.
    pub cache_control: String,
    /// Its bytes.
    pub body: Bytes,
}

/// Makes the page for a bucket whose entrance is at this address, what names other files last.
pub type MakePage = Arc<dyn Fn(&str) -> Vec<PageFile> + Send + Sync>;

/// What is to be done about the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    files: Vec<PageFile>,
    there: bool,
}

impl Page {
    /// These files, the one that names the others last. They are to be there, or not.
    pub fn new(files: Vec<PageFile>, there: bool) -> Self {
        Page { files, there }
    }

    /// What is remembered of it: nothing when it is not to be there.
    pub fn digest(&self) -> Option<String> {
        if !self.there || self.files.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        for PageFile { key, content_type, cache_control, body } in &self.files {
            for text in [key.as_bytes(), content_type.as_bytes(), cache_control.as_bytes(), body] {
                digest.update(text.len().to_be_bytes());
                digest.update(text);
            }
        }
        Some(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Makes it so. What names other files comes after them and goes before them.
    pub async fn put(&self, store: &Store) -> Result<(), Trouble> {
        if self.there {
            for PageFile { key, content_type, cache_control, body } in &self.files {
                store.put(&format!("/{key}"), body.clone(), content_type, cache_control).await?;
            }
        } else {
            for file in self.files.iter().rev() {
                store.delete(&format!("/{}", file.key)).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &'static str, there: bool) -> Page {
        let file = |key: &str, body: &'static str| PageFile {
            key: key.into(),
            content_type: "text/html".into(),
            cache_control: "no-cache".into(),
            body: body.into(),
        };
        Page::new(vec![file("assets/a.js", "a"), file("index.html", body)], there)
    }

    #[test]
    fn another_page_is_another_one() {
        assert_eq!(page("x", true).digest(), page("x", true).digest());
        assert_ne!(page("x", true).digest(), page("y", true).digest());
        assert_eq!(page("x", false).digest(), None);
    }
}
