//! Why a request is refused, with Confluent's codes. Texts that clients match on are Confluent's.

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// 40401
    #[error("Subject '{0}' not found.")]
    SubjectNotFound(String),
    /// 40402
    #[error("Version {0} not found.")]
    VersionNotFound(i32),
    /// 40403
    #[error("Schema not found")]
    SchemaNotFound,
    /// 40403, for an id or a GUID.
    #[error("Schema {0} not found")]
    SchemaIdNotFound(String),
    /// 40404
    #[error("Subject '{0}' was soft deleted.Set permanent=true to delete permanently")]
    SubjectSoftDeleted(String),
    /// 40405
    #[error("Subject '{0}' was not deleted first before being permanently deleted")]
    SubjectNotSoftDeleted(String),
    /// 40406
    #[error("Subject '{0}' Version {1} was soft deleted.Set permanent=true to delete permanently")]
    VersionSoftDeleted(String, i32),
    /// 40407
    #[error("Subject '{0}' Version {1} was not deleted first before being permanently deleted")]
    VersionNotSoftDeleted(String, i32),
    /// 40408
    #[error("Subject '{0}' does not have subject-level compatibility configured")]
    CompatibilityNotConfigured(String),
    /// 40409
    #[error("Subject '{0}' does not have subject-level mode configured")]
    ModeNotConfigured(String),
    /// 40901
    #[error("Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{}]", messages.join(", "))]
    Incompatible {
        /// The subject.
        subject: String,
        /// The differences.
        messages: Vec<String>,
    },
    /// 42201
    #[error("{0}")]
    InvalidSchema(String),
    /// 42202
    #[error(
        "The specified version '{0}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""
    )]
    InvalidVersion(String),
    /// 42203
    #[error(
        "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive"
    )]
    InvalidCompatibilityLevel,
    /// 42204
    #[error("{0}")]
    InvalidMode(String),
    /// 42205
    #[error("{0}")]
    OperationNotPermitted(String),
    /// 42206
    #[error("One or more references exist to the schema {{magic=1,keytype=SCHEMA,subject={0},version={1}}}.")]
    ReferenceExists(String, i32),
    /// 42208
    #[error("The specified subject '{0}' is not a valid.")]
    InvalidSubject(String),
    /// 42209
    #[error("Register operation failed because schema is too large")]
    SchemaTooLarge,
    /// 422 without a code of its own: a setting that this registry does not have yet, or a malformed one.
    #[error("{0}")]
    Unprocessable(String),
    /// 50001
    #[error("{0}")]
    Store(String),
    /// 50002
    #[error("{0}")]
    Timeout(String),
    /// 50003
    #[error("{0}")]
    Forwarding(String),
    /// 50004
    #[error("Leader not known.")]
    UnknownLeader,
}

impl RegistryError {
    /// The `error_code` in the answer.
    pub fn code(&self) -> u32 {
        match self {
            RegistryError::SubjectNotFound(_) => 40401,
            RegistryError::VersionNotFound(_) => 40402,
            RegistryError::SchemaNotFound | RegistryError::SchemaIdNotFound(_) => 40403,
            RegistryError::SubjectSoftDeleted(_) => 40404,
            RegistryError::SubjectNotSoftDeleted(_) => 40405,
            RegistryError::VersionSoftDeleted(..) => 40406,
            RegistryError::VersionNotSoftDeleted(..) => 40407,
            RegistryError::CompatibilityNotConfigured(_) => 40408,
            RegistryError::ModeNotConfigured(_) => 40409,
            RegistryError::Incompatible { .. } => 40901,
            RegistryError::InvalidSchema(_) => 42201,
            RegistryError::InvalidVersion(_) => 42202,
            RegistryError::InvalidCompatibilityLevel => 42203,
            RegistryError::InvalidMode(_) => 42204,
            RegistryError::OperationNotPermitted(_) => 42205,
            RegistryError::ReferenceExists(..) => 42206,
            RegistryError::InvalidSubject(_) => 42208,
            RegistryError::SchemaTooLarge => 42209,
            RegistryError::Unprocessable(_) => 422,
            RegistryError::Store(_) => 50001,
            RegistryError::Timeout(_) => 50002,
            RegistryError::Forwarding(_) => 50003,
            RegistryError::UnknownLeader => 50004,
        }
    }

    /// The HTTP status: the first three digits of the code.
    pub fn status(&self) -> u16 {
        let code = self.code();
        u16::try_from(if code >= 1000 { code / 100 } else { code }).unwrap_or(500)
    }
}
