//! Passwords: Argon2id, away from the request threads and never many at once.
//!
//! A verification needs 19 MiB and some tens of milliseconds of a core, by intent. Two run at
//! a time and a few wait, so a flood of log-ins costs at most 38 MiB and is answered "busy".
//! The memory is used again and again: given back to the allocator each time, it would stay
//! behind in the arena of every thread that ever hashed.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use parking_lot::Mutex;
use tokio::sync::Semaphore;

/// Hashes computed at the same time, 19 MiB each.
const HASHES_AT_ONCE_MAX: usize = 2;

/// Hashes computed or waiting. At 25 ms each, the last of 64 waits for about a second.
const HASHES_WAITING_MAX: usize = 64;

/// Longest password, in bytes. Hashing must not become a way to keep the server busy.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// Memory of one hash in KiB: 19 MiB, with two passes and one lane, as OWASP recommends.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Random bytes that make equal passwords hash differently.
const SALT_BYTES: usize = 16;

/// A hash of a password nobody knows. Verified in place of the one that an unknown account
/// does not have, so that the time of the answer does not tell which accounts exist.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$\
    AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// A password as typed. Never printed by `Debug`.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// What was typed, unchecked and unchanged: spaces count.
    pub fn typed(text: impl Into<String>) -> Password {
        Password(text.into())
    }

    /// Checks a new password.
    ///
    /// # Errors
    /// The broken rule: at least `length_min` characters, at most 1024 bytes, not the
    /// `email`, and not one character over and over.
    pub(super) fn check_new(&self, length_min: usize, email: &str) -> Result<(), String> {
        let mut characters = self.0.chars();
        let first = characters.next();
        let length = self.0.chars().count();
        if length < length_min {
            Err(format!(
                "has {length} characters; use at least {length_min}, for example some words"
            ))
        } else if self.0.len() > PASSWORD_BYTES_MAX {
            Err(format!(
                "has {} bytes; the most is {PASSWORD_BYTES_MAX}",
                self.0.len()
            ))
        } else if self.0.trim().eq_ignore_ascii_case(email) {
            Err("is the email address; use something others cannot guess".to_string())
        } else if characters.all(|character| Some(character) == first) {
            Err("repeats one character; use something others cannot guess".to_string())
        } else {
            Ok(())
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(***)")
    }
}

/// Why a password was not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many log-ins at the same time; try again in a few seconds")]
pub struct Busy;

/// Hashes and verifies passwords with bounded memory.
pub(super) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Memory of hashes that are done, at most as many as run at once.
    spare: Arc<Mutex<Vec<Vec<Block>>>>,
}

impl Passwords {
    pub(super) fn new() -> Passwords {
        Passwords {
            running: Arc::new(Semaphore::new(HASHES_AT_ONCE_MAX)),
            waiting: Arc::new(Semaphore::new(HASHES_WAITING_MAX)),
            spare: Arc::new(Mutex::new(Vec::new())),
        }
    }

    /// The hash of `password` in PHC form, with a new salt.
    pub(super) async fn hash(&self, password: &Password) -> Result<String, Busy> {
        let password = password.clone();
        self.run(move |memory| {
            phc_hash(&password, memory)
                .expect("the parameters are fixed and the memory is there")
                .to_string()
        })
        .await
    }

    /// Whether `password` has the hash `stored`. Takes as long without a stored hash, and
    /// says no then.
    pub(super) async fn verify(
        &self,
        password: &Password,
        stored: Option<String>,
    ) -> Result<bool, Busy> {
        if password.0.len() > PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let password = password.clone();
        self.run(move |memory| {
            let hash = stored.as_deref().unwrap_or(NOBODY);
            let is_right = is_password_of(&password, hash, memory).unwrap_or(false);
            is_right && stored.is_some()
        })
        .await
    }

    /// Runs `work` on a thread for blocking work. The permits travel with the work: when the
    /// request is given up, the work still counts until it ends.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let waiting = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| Busy)?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| Busy)?;
        let spare = Arc::clone(&self.spare);
        let done = tokio::task::spawn_blocking(move || {
            let _permits = (waiting, running);
            let mut memory = spare.lock().pop().unwrap_or_default();
            let result = work(&mut memory);
            spare.lock().push(memory);
            result
        });
        done.await.map_err(|_| Busy)
    }
}

/// The hash of `password` with a new salt and the parameters of this version.
fn phc_hash(
    password: &Password,
    memory: &mut Vec<Block>,
) -> argon2::password_hash::Result<PasswordHash> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    let salt = Salt::new(&rand::random::<[u8; SALT_BYTES]>())?;
    let output = derive(password, &salt, params.clone(), Version::V0x13, memory)?;
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt),
        hash: Some(output),
    })
}

/// Whether `password` has the `hash`, computed with the parameters that stand in the hash:
/// those of this version may be others.
fn is_password_of(
    password: &Password,
    hash: &str,
    memory: &mut Vec<Block>,
) -> argon2::password_hash::Result<bool> {
    let stored = PasswordHash::new(hash)?;
    if Algorithm::try_from(stored.algorithm.as_str())? != Algorithm::Argon2id {
        return Ok(false);
    }
    let version = stored
        .version
        .map_or(Ok(Version::V0x13), Version::try_from)?;
    let params = Params::try_from(&stored)?;
    let Some((salt, expected)) = stored.salt.as_ref().zip(stored.hash) else {
        return Ok(false);
    };
    // `Output` compares in constant time.
    Ok(derive(password, salt, params, version, memory)? == expected)
}

fn derive(
    password: &Password,
    salt: &[u8],
    params: Params,
    version: Version,
    memory: &mut Vec<Block>,
) -> argon2::password_hash::Result<Output> {
    memory.resize(params.block_count(), Block::default());
    let mut output = [0; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let output = output
        .get_mut(..length)
        .ok_or(argon2::password_hash::Error::OutputSize)?;
    Argon2::new(Algorithm::Argon2id, version, params).hash_password_into_with_memory(
        password.0.as_bytes(),
        salt,
        output,
        memory,
    )?;
    Ok(Output::new(output)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_recognised_by_its_hash_only() {
        let passwords = Passwords::new();
        let typed = Password::typed("correct horse");
        let hash = passwords.hash(&typed).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, passwords.hash(&typed).await.unwrap(), "salts differ");

        let right = passwords.verify(&typed, Some(hash.clone())).await;
        assert_eq!(right, Ok(true));
        for other in ["", "correct horse ", "Correct horse", "correct horse\0"] {
            let wrong = passwords
                .verify(&Password::typed(other), Some(hash.clone()))
                .await;
            assert_eq!(wrong, Ok(false), "{other:?}");
        }
    }

    #[tokio::test]
    async fn an_account_that_does_not_exist_costs_as_much_and_is_refused() {
        // The stand-in is read like a real hash, with the same parameters: verifying it fails
        // because the password is wrong, not because the text is not a hash.
        let outcome = is_password_of(&Password::typed("guess"), NOBODY, &mut Vec::new());
        assert_eq!(outcome, Ok(false));
        let real = Passwords::new()
            .hash(&Password::typed("a password"))
            .await
            .unwrap();
        let parameters = |hash: &str| hash.split('$').nth(3).map(str::to_string);
        assert_eq!(parameters(NOBODY), parameters(&real));

        let outcome = Passwords::new()
            .verify(&Password::typed("guess"), None)
            .await;
        assert_eq!(outcome, Ok(false));
    }

    #[test]
    fn hashes_of_the_reference_implementation_are_understood() {
        // From the test suite of the reference implementation in C: 64 MiB, two passes.
        let hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$\
            CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let mut memory = Vec::new();
        let is_password = |text: &str, memory: &mut Vec<Block>| {
            is_password_of(&Password::typed(text), hash, memory)
        };
        assert_eq!(is_password("password", &mut memory), Ok(true));
        assert_eq!(is_password("Password", &mut memory), Ok(false));
    }

    #[tokio::test]
    async fn memory_is_used_again_and_never_more_than_twice() {
        let passwords = Arc::new(Passwords::new());
        let mut flood = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let passwords = Arc::clone(&passwords);
            let typed = Password::typed("correct horse");
            flood.spawn(async move { passwords.verify(&typed, None).await });
        }
        assert_eq!(flood.join_all().await, [Ok(false); 10]);
        assert!((1..=HASHES_AT_ONCE_MAX).contains(&passwords.spare.lock().len()));
    }

    #[tokio::test]
    async fn a_damaged_hash_is_no_password() {
        let passwords = Passwords::new();
        for hash in [
            "",
            "$argon2id$",
            "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA",
            "x",
        ] {
            let outcome = passwords
                .verify(&Password::typed(""), Some(hash.to_string()))
                .await;
            assert_eq!(outcome, Ok(false), "{hash}");
        }
    }

    #[tokio::test]
    async fn a_flood_is_told_to_come_back() {
        let passwords = Passwords::new();
        let all = Arc::clone(&passwords.waiting)
            .try_acquire_many_owned(HASHES_WAITING_MAX as u32)
            .unwrap();
        let typed = Password::typed("correct horse");
        assert_eq!(passwords.hash(&typed).await, Err(Busy));
        drop(all);
        assert!(passwords.hash(&typed).await.is_ok());
    }

    #[test]
    fn new_passwords_are_long_and_not_obvious() {
        let check = |text: &str| Password::typed(text).check_new(10, "ana@example.com");
        assert_eq!(check("correct horse"), Ok(()));
        assert_eq!(check("pässwörter"), Ok(())); // ten characters
        assert_eq!(
            check("too short"),
            Err("has 9 characters; use at least 10, for example some words".to_string())
        );
        assert!(check("Ana@Example.com ").is_err());
        assert!(check("aaaaaaaaaaaaaaa").is_err());
        assert_eq!(check(&"ab".repeat(512)), Ok(())); // 1024 bytes
        assert!(check(&"ab".repeat(513)).is_err());
    }

    #[test]
    fn debug_output_does_not_hold_the_password() {
        assert_eq!(
            format!("{:?}", Password::typed("swordfish")),
            "Password(***)"
        );
    }
}
