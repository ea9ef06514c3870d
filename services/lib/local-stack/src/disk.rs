//! Room on a disk, asked before it is needed: a full disk in the middle of a write has no clear message.

use std::path::Path;

use nix::sys::statvfs::statvfs;

use crate::StackError;

/// Refuses with a clear message when the disk below `path` has less than `needed_mib` free.
pub(crate) fn require(path: &Path, needed_mib: u64) -> Result<(), StackError> {
    let seen = statvfs(path)
        .map_err(|errno| StackError::io("looking at the disk of", path)(errno.into()))?;
    let free_mib = seen.blocks_available() * seen.fragment_size() / (1 << 20);
    if free_mib < needed_mib {
        return Err(StackError::DiskFull {
            path: path.to_path_buf(),
            free_mib,
            needed_mib,
        });
    }
    Ok(())
}
