//! The GUID of a schema: the MD5 of everything that identifies it, written as a UUID (Confluent's `MD5.ofSchema`).

use md5::{Digest, Md5};

use crate::entity::{Metadata, Reference, Rule, RuleSet};

/// The 16 bytes of the identity of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid([u8; 16]);

impl Guid {
    /// The identity of a text with its references, metadata and rules. The schema type is not part of it.
    pub fn of(schema: &str, references: &[Reference], metadata: Option<&Metadata>, rules: Option<&RuleSet>) -> Guid {
        let mut hash = Md5::new();
        hash.update(schema);
        for reference in references {
            hash.update(&reference.name);
            hash.update(&reference.subject);
            hash.update(reference.version.to_be_bytes());
        }
        // A byte of 1 distinguishes empty metadata or rules from none.
        if let Some(metadata) = metadata {
            hash.update([1]);
            for (key, values) in metadata.tags.iter().flatten() {
                hash.update(key);
                values.iter().for_each(|value| hash.update(value));
            }
            for (key, value) in metadata.properties.iter().flatten() {
                hash.update(key);
                hash.update(value);
            }
            metadata.sensitive.iter().flatten().for_each(|name| hash.update(name));
        }
        if let Some(rules) = rules {
            hash.update([1]);
            let lists = [&rules.migration_rules, &rules.domain_rules, &rules.encoding_rules];
            lists
                .into_iter()
                .flatten()
                .flatten()
                .for_each(|rule| hash_rule(&mut hash, rule));
            rules.enable_at.iter().for_each(|word| hash.update(word));
        }
        Guid(hash.finalize().into())
    }

    /// Parses the form with hyphens, any case.
    pub fn parse(text: &str) -> Option<Guid> {
        let bytes = text.as_bytes();
        if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|i| bytes.get(*i) != Some(&b'-')) {
            return None;
        }
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(&digits, 16)
            .ok()
            .map(|number| Guid(number.to_be_bytes()))
    }

    /// Writes the `md5` member of Confluent's records.
    pub fn to_base64(self) -> String {
        let mut text = String::with_capacity(24);
        // 16 bytes and 4 bits of padding are 22 digits of 6 bits.
        let number = u128::from_be_bytes(self.0);
        for i in 0..22 {
            let shift = 122 - 6 * i;
            let digit = if shift >= 0 { number >> shift } else { number << -shift } & 0x3F;
            let digit = usize::try_from(digit).ok().and_then(|at| ALPHABET.get(at..=at));
            text.push_str(digit.unwrap_or_default());
        }
        text + "=="
    }

    /// Reads the `md5` member of Confluent's records: base64 with padding.
    pub fn from_base64(text: &str) -> Option<Guid> {
        let digits = text.strip_suffix("==").filter(|digits| digits.len() == 22)?;
        // 22 digits of 6 bits are 16 bytes and 4 bits.
        let mut bytes = Vec::with_capacity(17);
        let (mut bits, mut count) = (0_u32, 0);
        for digit in digits.chars() {
            bits = (bits << 6) | u32::try_from(ALPHABET.find(digit)?).ok()?;
            count += 6;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from((bits >> count) & 0xFF).ok()?);
            }
        }
        bytes.try_into().ok().map(Guid)
    }
}

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn hash_rule(hash: &mut Md5, rule: &Rule) {
    for part in [&rule.name, &rule.doc, &rule.kind, &rule.mode, &rule.r#type]
        .into_iter()
        .flatten()
    {
        hash.update(part);
    }
    rule.tags.iter().flatten().for_each(|tag| hash.update(tag));
    for (key, value) in rule.params.iter().flatten() {
        hash.update(key);
        hash.update(value);
    }
    for part in [&rule.expr, &rule.on_success, &rule.on_failure].into_iter().flatten() {
        hash.update(part);
    }
    if rule.disabled {
        hash.update([1]);
    }
}

impl std::fmt::Display for Guid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = format!("{:032x}", u128::from_be_bytes(self.0));
        for (i, c) in number.chars().enumerate() {
            if matches!(i, 8 | 12 | 16 | 20) {
                f.write_str("-")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_alone_is_the_md5_of_the_text() {
        // md5sum of the same bytes.
        let guid = Guid::of("\"string\"", &[], None, None);
        assert_eq!(Guid::parse(&guid.to_string()), Some(guid));
        assert_eq!(guid.to_string(), "095d71cf-1255-6b9d-5e33-0ad575b3df5d");
        assert_eq!(Guid::from_base64(&guid.to_base64()), Some(guid));
        assert_eq!(
            Guid::from_base64("AAECAwQFBgcICQoLDA0ODw==").unwrap().to_string(),
            "00010203-0405-0607-0809-0a0b0c0d0e0f"
        );
        assert_eq!(Guid::from_base64(&guid.to_base64()), Some(guid));
        assert_eq!(Guid::from_base64("AAECAwQFBgcICQoLDA0O*w=="), None);
        assert_eq!(Guid::parse("not-a-guid"), None);
        assert_eq!(Guid::parse("+5c9f1a0-0000-0000-0000-000000000000"), None);
    }

    #[test]
    fn each_part_counts() {
        let reference = |version| Reference {
            name: "n".into(),
            subject: "s".into(),
            version,
        };
        let plain = Guid::of("x", &[], None, None);
        let with_reference = Guid::of("x", &[reference(1)], None, None);
        assert_ne!(plain, with_reference);
        assert_ne!(with_reference, Guid::of("x", &[reference(2)], None, None));
        assert_ne!(plain, Guid::of("x", &[], Some(&Metadata::default()), None));
        assert_eq!(
            Guid::of("x\u{1}", &[], None, None),
            Guid::of("x", &[], Some(&Metadata::default()), None)
        );
    }
}
