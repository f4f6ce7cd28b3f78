//! Passwords: argon2id, computed off the async threads and only a few at a time, so that a flood of sign-ins cannot
//! starve the district's work.

use std::sync::Arc;

use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use runtime::Entropy;
use schemas::problem::Problem;
use tokio::sync::Semaphore;

use crate::config::Config;

/// Sign-ins that may wait for their turn; more are told to come back.
const WAITING: usize = 256;
/// Shortest password.
const MIN: usize = 10;
/// Longest, in bytes.
const MAX: usize = 256;

/// Hashes and verifies.
#[derive(Debug, Clone)]
pub struct Passwords {
    params: Params,
    entropy: Entropy,
    turns: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// Verified against where there is no such user, so that it takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    /// With the configured cost.
    ///
    /// # Errors
    /// If argon2 does not take the parameters.
    pub fn new(config: &Config, entropy: &Entropy) -> Result<Self, String> {
        let params = Params::new(config.password_memory_kib, config.password_passes, 1, None)
            .map_err(|error| format!("edge.password_memory_kib and edge.password_passes: {error}"))?;
        let at_a_time = config.passwords_at_a_time.max(1);
        let nobody = hash_now(&params, entropy, "nobody's password")?;
        Ok(Self {
            params,
            entropy: entropy.clone(),
            turns: Arc::new(Semaphore::new(at_a_time)),
            queue: Arc::new(Semaphore::new(at_a_time + WAITING)),
            nobody: nobody.into(),
        })
    }

    /// Whether the password is the one hashed; `None` for a user that is not there, which takes as long.
    ///
    /// # Errors
    /// `busy` when too many are waiting.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.as_ref().to_owned());
        let fits = self
            .compute(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok())
            .await?;
        Ok(fits && known)
    }

    /// The hash of a new password, in PHC form.
    ///
    /// # Errors
    /// `weak_password`, or `busy` when too many are waiting.
    pub async fn hash(&self, password: String) -> Result<String, Problem> {
        check_strength(&password)?;
        let (params, entropy) = (self.params.clone(), self.entropy.clone());
        self.compute(move || hash_now(&params, &entropy, &password))
            .await?
            .map_err(|error| Problem::new(500, "internal", error))
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let busy = || Problem {
            retry_after: Some(2),
            ..Problem::new(503, "busy", "too many people are signing in just now; try again in a moment")
        };
        let _place = self.queue.try_acquire().map_err(|_| busy())?;
        let _turn = self.turns.acquire().await.map_err(|_| busy())?;
        tokio::task::spawn_blocking(work).await.map_err(|_| busy())
    }
}

fn hash_now(params: &Params, entropy: &Entropy, password: &str) -> Result<String, String> {
    let mut salt = [0_u8; 16];
    entropy.fill(&mut salt);
    Argon2::from(params)
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| format!("the password could not be hashed: {error}"))
}

/// Length over composition (NIST SP 800-63B), and not one letter over and over.
fn check_strength(password: &str) -> Result<(), Problem> {
    let weak = |detail: String| Problem::new(422, "weak_password", detail).at("/password");
    if password.chars().count() < MIN {
        return Err(weak(format!("a password has at least {MIN} characters")));
    }
    if password.len() > MAX {
        return Err(weak(format!("a password has at most {MAX} bytes")));
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if different.len() < 5 {
        return Err(weak("a password has at least five different characters".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords() -> Passwords {
        let config = Config { password_memory_kib: 64, password_passes: 1, ..Config::default() };
        Passwords::new(&config, &Entropy::system()).unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = passwords();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.fits("correct horse".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.fits("correct house".to_owned(), Some(hash)).await.unwrap());
        assert!(!passwords.fits("nobody's password".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn weak_passwords_are_refused_with_a_reason() {
        for weak in ["short", "aaaaaaaaaaaaaaa", &"x1y2z".repeat(60)] {
            assert_eq!(passwords().hash(weak.to_owned()).await.unwrap_err().code, "weak_password", "{weak}");
        }
    }
}
