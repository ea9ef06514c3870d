//! Snapshots on disk: one file per partition, replaced whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use event_schemas::city::TopicId;
use service_kit::kill_point::{Point, reach};

/// The folder of snapshots.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotFolder(PathBuf);

impl SnapshotFolder {
    /// Makes the folder below the data directory.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, (PathBuf, io::Error)> {
        let path = data_dir.join("engine");
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(Self(path)),
            Err(cause) => Err((path, cause)),
        }
    }

    fn path(&self, topic: TopicId, partition: i32) -> PathBuf {
        self.0
            .join(format!("{}-{partition}.snapshot", topic.simple()))
    }

    /// The last snapshot of a partition, if there is one.
    pub(crate) fn load(&self, topic: TopicId, partition: i32) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(topic, partition)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces a partition's snapshot. A crash leaves the old one or the new one.
    pub(crate) fn save(&self, topic: TopicId, partition: i32, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(topic, partition);
        let fresh = path.with_extension("fresh");
        let mut file = fs::File::create(&fresh)?;
        reach(Point::Snapshot);
        file.write_all(bytes)?;
        reach(Point::Snapshot);
        file.sync_all()?;
        fs::rename(&fresh, &path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_replaced_whole_and_belongs_to_its_topic_and_partition() {
        let dir = tempfile::tempdir().unwrap();
        let folder = SnapshotFolder::open(dir.path()).unwrap();
        let (topic, other) = (TopicId::from_u128(1), TopicId::from_u128(2));
        assert_eq!(folder.load(topic, 0).unwrap(), None);
        folder.save(topic, 0, b"first, and longer").unwrap();
        folder.save(topic, 0, b"second").unwrap();
        assert_eq!(
            folder.load(topic, 0).unwrap().as_deref(),
            Some(&b"second"[..])
        );
        assert_eq!(folder.load(topic, 1).unwrap(), None);
        assert_eq!(folder.load(other, 0).unwrap(), None);
        assert_eq!(fs::read_dir(dir.path().join("engine")).unwrap().count(), 1);
    }
}
