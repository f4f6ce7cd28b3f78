//! Signs a call in at the exchange: digest access authentication (RFC 3261 §22.4), with MD5 (RFC 2617) or SHA-256
//! (RFC 7616, for SIP RFC 8760).

use std::fmt::Write;

use md5::Md5;
use sha2::{Digest, Sha256};

/// What the exchange asks for in `WWW-Authenticate` or `Proxy-Authenticate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// Whether the exchange knows `qop=auth`.
    auth: bool,
    /// Whether only the nonce was too old: credentials may be tried once more.
    pub stale: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Md5,
    Sha256,
}

/// Who calls.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The account.
    pub user: &'a str,
    /// Its password.
    pub password: &'a str,
}

/// What is signed, beside the challenge.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's address.
    pub uri: &'a str,
    /// Ours, random.
    pub cnonce: &'a str,
    /// How often this nonce was used, from 1.
    pub count: u32,
}

impl Challenge {
    /// Reads one challenge; `None` if it asks for something not known here.
    pub fn parse(value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let fields = fields(rest);
        let field = |name: &str| {
            fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        };
        let algorithm = match field("algorithm").map(|text| text.to_ascii_uppercase()).as_deref() {
            None | Some("MD5") => Algorithm::Md5,
            Some("SHA-256") => Algorithm::Sha256,
            Some(_) => return None,
        };
        let auth = match field("qop") {
            None => false,
            Some(options) if options.split(',').any(|option| option.trim().eq_ignore_ascii_case("auth")) => {
                true
            }
            // Only auth-int, which no exchange asks for.
            Some(_) => return None,
        };
        let stale = field("stale").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        Some(Self {
            realm: field("realm")?,
            nonce: field("nonce")?,
            opaque: field("opaque"),
            algorithm,
            auth,
            stale,
        })
    }

    /// The strongest of several challenges (RFC 8760 §2.4).
    pub fn strongest<'a>(values: impl Iterator<Item = &'a str>) -> Option<Self> {
        values.filter_map(Self::parse).max_by_key(|challenge| challenge.algorithm)
    }

    /// The value of `Authorization` or `Proxy-Authorization`.
    pub fn answer(&self, who: Credentials<'_>, signing: Signing<'_>) -> String {
        let hash = |text: String| match self.algorithm {
            Algorithm::Md5 => hex(&Md5::digest(text)),
            Algorithm::Sha256 => hex(&Sha256::digest(text)),
        };
        let Signing { method, uri, cnonce, count } = signing;
        let a1 = hash(format!("{}:{}:{}", who.user, self.realm, who.password));
        let a2 = hash(format!("{method}:{uri}"));
        let nonce = &self.nonce;
        let response = if self.auth {
            hash(format!("{a1}:{nonce}:{count:08x}:{cnonce}:auth:{a2}"))
        } else {
            hash(format!("{a1}:{nonce}:{a2}"))
        };
        let name = match self.algorithm {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha256 => "SHA-256",
        };
        let mut value = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\", algorithm={name}",
            quote(who.user),
            quote(&self.realm),
            quote(nonce),
            quote(uri),
        );
        if self.auth {
            let _ = write!(value, ", qop=auth, nc={count:08x}, cnonce={}", quote(cnonce));
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(value, ", opaque={}", quote(opaque));
        }
        value
    }
}

/// `name=value` and `name="value"`, separated by commas.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        let name: String = std::iter::from_fn(|| chars.next_if(|c| *c != '=')).collect();
        if chars.next().is_none() || fields.len() == 32 {
            return fields;
        }
        let mut value = String::new();
        while chars.next_if(char::is_ascii_whitespace).is_some() {}
        if chars.next_if_eq(&'"').is_some() {
            while let Some(c) = chars.next() {
                match c {
                    '"' => break,
                    '\\' => value.extend(chars.next()),
                    c => value.push(c),
                }
            }
        }
        let rest: String = std::iter::from_fn(|| chars.next_if(|c| *c != ',')).collect();
        value.push_str(rest.trim());
        chars.next();
        fields.push((name.trim().to_owned(), value));
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn response(value: &str) -> String {
        let fields = fields(value.strip_prefix("Digest ").unwrap());
        fields.into_iter().find(|(name, _)| name == "response").unwrap().1
    }

    /// RFC 2617 §3.5.
    #[test]
    fn the_example_of_rfc_2617() {
        let challenge = Challenge::parse(
            r#"Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41""#,
        )
        .unwrap();
        let value = challenge.answer(
            Credentials { user: "Mufasa", password: "Circle Of Life" },
            Signing { method: "GET", uri: "/dir/index.html", cnonce: "0a4f113b", count: 1 },
        );
        assert_eq!(response(&value), "6629fae49393a05397450978507c4ef1");
        assert!(value.contains(r#"opaque="5ccc069c403ebaf9f0171e9517f40e41""#), "{value}");
    }

    /// RFC 7616 §3.9.1, both algorithms; the stronger is taken.
    #[test]
    fn the_examples_of_rfc_7616() {
        let ask = |algorithm: &str| {
            format!(
                r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
            )
        };
        let who = Credentials { user: "Mufasa", password: "Circle of Life" };
        let signing = Signing {
            method: "GET",
            uri: "/dir/index.html",
            cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            count: 1,
        };
        let (md5, sha256) = (ask("MD5"), ask("SHA-256"));
        let answer = |challenge: Challenge| response(&challenge.answer(who, signing));
        assert_eq!(answer(Challenge::parse(&md5).unwrap()), "8ca523f5e9506fed4657c9700eebdbec");
        let strongest = Challenge::strongest([md5.as_str(), sha256.as_str()].into_iter()).unwrap();
        assert_eq!(answer(strongest), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    }

    #[test]
    fn without_qop_the_older_form_is_used() {
        let challenge = Challenge::parse(r#"Digest realm="r", nonce="n", stale=TRUE"#).unwrap();
        assert!(challenge.stale);
        let value = challenge.answer(
            Credentials { user: "u", password: "p" },
            Signing { method: "INVITE", uri: "sip:1@x", cnonce: "c", count: 1 },
        );
        assert!(!value.contains("cnonce"), "{value}");
        assert!(Challenge::parse("Basic realm=\"r\"").is_none());
        assert!(Challenge::parse(r#"Digest realm="r", nonce="n", algorithm=SHA-512"#).is_none());
    }

    proptest! {
        #[test]
        fn any_challenge_does_not_panic(text in "(Digest )?.*") {
            Challenge::parse(&text);
        }
    }
}
