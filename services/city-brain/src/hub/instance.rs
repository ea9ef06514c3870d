//! The name of this hub among others on the same log: kept over restarts, so that a restarted hub
//! takes over from its dead self at once, while another hub shares the work.

use std::path::Path;

use service_kit::random;

use super::addresses::write_private;
use crate::failure::Failure;

/// Reads the name in the data folder, or makes one at the first start.
pub(super) fn name(data_dir: &Path) -> Result<String, Failure> {
    let path = data_dir.join("instance");
    if let Ok(text) = std::fs::read_to_string(&path)
        && !text.trim().is_empty()
    {
        return Ok(text.trim().to_owned());
    }
    let made = hex::encode(random::bytes::<6>());
    write_private(&path, &made)
        .map_err(|error| Failure::dependency(format!("{}: {error}", path.display())))?;
    Ok(made)
}
