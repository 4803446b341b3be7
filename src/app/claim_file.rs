//! The file in the data folder that tells the claim code while the box belongs to nobody. People read it, the
//! console does, and the system copies it to where a card can be read in a PC.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::access::ClaimCode;

/// Where it is.
pub fn path(data: &Path) -> PathBuf {
    data.join("claim-code.txt")
}

/// Writes it, for its owner alone.
pub fn write(file: &Path, code: &ClaimCode) -> io::Result<()> {
    let open = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    open?.write_all(text(code).as_bytes())
}

/// Removes it, if it is there.
pub fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The code that it tells, if it is there.
pub fn read(file: &Path) -> Option<String> {
    code(&fs::read_to_string(file).ok()?)
}

fn text(code: &ClaimCode) -> String {
    format!(
        "The claim code of this box is {}.\nOpen its admin page, choose a password and enter this code.\n",
        code.reveal()
    )
}

fn code(text: &str) -> Option<String> {
    let line = text.lines().next()?;
    line.strip_suffix('.')?.rsplit(' ').next().filter(|code| code.contains('-')).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_back_and_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = path(folder.path());
        assert_eq!(read(&file), None);
        let own = ClaimCode::from_random([9; 16]);
        write(&file, &own).unwrap();
        assert!(own.is(&read(&file).unwrap()));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        remove(&file).unwrap();
        remove(&file).unwrap();
        assert_eq!((read(&file), code("something else\n")), (None, None));
    }
}
