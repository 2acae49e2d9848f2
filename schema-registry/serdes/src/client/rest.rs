//! [`SchemaRegistryClient`] over Confluent's REST API.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::door::{RegistryError, SchemaReference, SchemaRegistryClient, SchemaText, SchemaVersion};
use super::http::{Answer, HttpClient, HttpError, segment};

/// Client of one registry that may answer at several addresses.
#[derive(Debug)]
pub struct RestRegistryClient {
    servers: Vec<(String, HttpClient)>,
    /// The address that answered last.
    current: AtomicUsize,
}

impl RestRegistryClient {
    /// A client for these addresses (`http://host[:port][/path]`); the first that answers is used. Nothing is sent yet.
    pub fn new<S: AsRef<str>>(urls: &[S], timeout: Duration) -> Result<RestRegistryClient, HttpError> {
        let servers: Result<Vec<_>, HttpError> = urls
            .iter()
            .map(|url| Ok((url.as_ref().trim().to_owned(), HttpClient::new(url.as_ref(), timeout)?)))
            .collect();
        let servers = servers?;
        if servers.is_empty() {
            return Err(HttpError::Address(String::new()));
        }
        Ok(RestRegistryClient {
            servers,
            current: AtomicUsize::new(0),
        })
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, RegistryError> {
        let answer = self
            .send(
                method,
                path,
                body.map_or_else(Bytes::new, |body| body.to_string().into()),
            )
            .await?;
        if !(200..300).contains(&answer.status) {
            return Err(refusal(&answer));
        }
        serde_json::from_slice(&answer.body).map_err(|error| RegistryError::Answer {
            reason: error.to_string(),
        })
    }

    async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Answer, RegistryError> {
        let first = self.current.load(Ordering::Relaxed);
        let mut last = RegistryError::Answer {
            reason: "no address".into(),
        };
        for i in 0..self.servers.len() {
            let at = (first + i) % self.servers.len();
            let Some((url, server)) = self.servers.get(at) else {
                continue;
            };
            match server.send(method.clone(), path, body.clone()).await {
                Ok(answer) => {
                    self.current.store(at, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(source) => {
                    last = RegistryError::Unreachable {
                        url: url.clone(),
                        source,
                    }
                }
            }
        }
        Err(last)
    }
}

/// The error in an answer; text that is not the API's JSON (a proxy's page) is passed on, shortened.
fn refusal(answer: &Answer) -> RegistryError {
    #[derive(Deserialize)]
    struct ErrorBody {
        error_code: i32,
        #[serde(default)]
        message: String,
    }
    let status = answer.status;
    let body = serde_json::from_slice(&answer.body).unwrap_or_else(|_| ErrorBody {
        error_code: status.into(),
        message: String::from_utf8_lossy(&answer.body).chars().take(200).collect(),
    });
    let (code, message) = (body.error_code, body.message);
    match (status, code) {
        (404, _) => RegistryError::NotFound { code, message },
        // The body says 409 or 40901, depending on the version of the server.
        (409, 409 | 40901) => RegistryError::Incompatible { message },
        (422, 42201) => RegistryError::InvalidSchema { message },
        _ => RegistryError::Refused { status, code, message },
    }
}

fn schema_body(schema: &SchemaText) -> Value {
    let mut body = json!({"schema": schema.schema, "schemaType": schema.schema_type});
    if !schema.references.is_empty()
        && let Value::Object(members) = &mut body
    {
        let reference = |r: &SchemaReference| json!({"name": r.name, "subject": r.subject, "version": r.version});
        members.insert("references".into(), schema.references.iter().map(reference).collect());
    }
    body
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VersionBody {
    #[serde(default)]
    subject: String,
    #[serde(default)]
    version: i32,
    #[serde(default)]
    id: i32,
    schema: String,
    /// Absent for Avro.
    schema_type: Option<String>,
    #[serde(default)]
    references: Vec<SchemaReference>,
}

impl VersionBody {
    fn text(self) -> SchemaText {
        let schema_type = self.schema_type.unwrap_or_else(|| "AVRO".into());
        SchemaText {
            schema: self.schema,
            schema_type,
            references: self.references,
        }
    }

    fn version(mut self) -> SchemaVersion {
        let subject = std::mem::take(&mut self.subject);
        SchemaVersion {
            subject,
            version: self.version,
            id: self.id,
            schema: Arc::new(self.text()),
        }
    }
}

#[async_trait]
impl SchemaRegistryClient for RestRegistryClient {
    async fn register(&self, subject: &str, schema: &SchemaText, normalize: bool) -> Result<i32, RegistryError> {
        #[derive(Deserialize)]
        struct IdBody {
            id: i32,
        }
        let path = format!("/subjects/{}/versions?normalize={normalize}", segment(subject));
        let body: IdBody = self.call(Method::POST, &path, Some(schema_body(schema))).await?;
        Ok(body.id)
    }

    async fn lookup(
        &self,
        subject: &str,
        schema: &SchemaText,
        normalize: bool,
    ) -> Result<SchemaVersion, RegistryError> {
        let path = format!("/subjects/{}?normalize={normalize}", segment(subject));
        let body: VersionBody = self.call(Method::POST, &path, Some(schema_body(schema))).await?;
        Ok(body.version())
    }

    async fn schema_by_id(&self, id: i32) -> Result<Arc<SchemaText>, RegistryError> {
        let body: VersionBody = self.call(Method::GET, &format!("/schemas/ids/{id}"), None).await?;
        Ok(Arc::new(body.text()))
    }

    async fn version(&self, subject: &str, version: Option<i32>) -> Result<SchemaVersion, RegistryError> {
        let version = version.map_or_else(|| "latest".into(), |version| version.to_string());
        // A schema may refer to a version that was deleted since: it must stay readable.
        let path = format!("/subjects/{}/versions/{version}?deleted=true", segment(subject));
        let body: VersionBody = self.call(Method::GET, &path, None).await?;
        Ok(body.version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals() {
        let error = |status, body: &'static str| {
            refusal(&Answer {
                status,
                body: Bytes::from_static(body.as_bytes()),
            })
        };
        let not_found = error(404, r#"{"error_code":40403,"message":"Schema not found"}"#);
        assert!(
            matches!(not_found, RegistryError::NotFound { code: 40403, .. }),
            "{not_found:?}"
        );
        for code in ["409", "40901"] {
            let body = format!(r#"{{"error_code":{code},"message":"m"}}"#).leak();
            assert!(matches!(error(409, body), RegistryError::Incompatible { .. }));
        }
        assert!(matches!(
            error(422, r#"{"error_code":42201}"#),
            RegistryError::InvalidSchema { .. }
        ));
        let proxy = error(502, "<html>bad gateway</html>");
        assert_eq!(
            proxy.to_string(),
            "the schema registry answered 502: <html>bad gateway</html> (error code 502)"
        );
        assert!(proxy.is_retriable() && !not_found.is_retriable());
    }
}
