//! Deleting versions and subjects: softly, then for good.

use super::{Decided, Outcome, record_of, tombstone};
use crate::error::RegistryError;
use crate::state::State;
use crate::state::query::Lookup;
use crate::state::record::Record;
use crate::state::subject::Subject;

impl State {
    pub(super) fn delete_version(&self, subject: &Subject, version: Option<i32>, permanent: bool) -> Decided {
        let Some(stored) = self.version(subject, version, true) else {
            return Err(match version {
                _ if !self.has_subject(subject, Lookup::WithDeleted) => {
                    RegistryError::SubjectNotFound(subject.qualified())
                }
                version => RegistryError::VersionNotFound(version.unwrap_or(-1)),
            });
        };
        let (name, version) = (subject.qualified(), stored.version);
        if stored.deleted && !permanent {
            return Err(RegistryError::VersionSoftDeleted(name, version));
        }
        self.check_writable(Some(subject))?;
        if !self.referenced_by(subject, version, permanent).is_empty() {
            return Err(RegistryError::ReferenceExists(name, version));
        }
        if permanent && !stored.deleted {
            return Err(RegistryError::VersionNotSoftDeleted(name, version));
        }
        let mut records = vec![if permanent {
            tombstone(subject, version)
        } else {
            record_of(&stored, true)
        }];
        if permanent && self.versions(subject, Lookup::WithDeleted).len() == 1 {
            records.extend(self.settings_tombstones(subject));
        }
        Ok((records, Outcome::DeletedVersion(version)))
    }

    pub(super) fn delete_subject(&self, subject: &Subject, permanent: bool) -> Decided {
        let name = subject.qualified();
        if !self.has_subject(subject, Lookup::WithDeleted) {
            return Err(RegistryError::SubjectNotFound(name));
        }
        if !permanent && !self.has_subject(subject, Lookup::Live) {
            return Err(RegistryError::SubjectSoftDeleted(name));
        }
        self.check_writable(Some(subject))?;
        let versions = self.versions(subject, if permanent { Lookup::WithDeleted } else { Lookup::Live });
        for stored in &versions {
            if self.referenced_elsewhere(subject, stored.version, permanent) {
                return Err(RegistryError::ReferenceExists(name, stored.version));
            }
            if permanent && !stored.deleted {
                return Err(RegistryError::SubjectNotSoftDeleted(name));
            }
        }
        let numbers: Vec<i32> = versions.iter().map(|stored| stored.version).collect();
        let records = if permanent {
            // Downwards, because versions may refer to earlier ones of their subject.
            let tombstones = numbers.iter().rev().map(|version| tombstone(subject, *version));
            tombstones.chain(self.settings_tombstones(subject)).collect()
        } else {
            vec![Record::DeleteSubject {
                subject: name,
                version: numbers.last().copied().unwrap_or(0),
            }]
        };
        Ok((records, Outcome::DeletedVersions(numbers)))
    }

    fn settings_tombstones(&self, subject: &Subject) -> Vec<Record> {
        let name = Some(subject.qualified());
        let mode = self.mode(Some(subject)).map(|_| Record::Mode {
            subject: name.clone(),
            value: None,
        });
        let config = self.config(Some(subject)).map(|_| Record::Config {
            subject: name,
            value: None,
        });
        mode.into_iter().chain(config).collect()
    }
}
