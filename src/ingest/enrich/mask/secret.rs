//! Keys, tokens and passwords: by their own form, or by the word in front of them.
//!
//! Each rule decides by the first bytes of a run and says yes to a longer run if it does to a
//! shorter one, which `mask.rs` relies on.

/// Bytes of a run which decide whether it is a secret. More of it is looked at only after that,
/// to find the end, so a text of many beginnings cannot take long.
const DECIDING_BYTES: usize = 96;

/// Bytes between a word that announces a secret and the secret.
const GAP_BYTES_MAX: usize = 12;

/// Beginnings of keys, and how many bytes they have at least. A key also has a digit.
///
const FORMS: &[(&[u8], usize)] = &[
    (b"AGE-SECRET-KEY-", 40), // age
    (b"AIza", 35),            // Google
    (b"AKIA", 20),            // Amazon
    (b"ASIA", 20),
    (b"ATATT3", 30), // Atlassian
    (b"EAAC", 60),   // Meta
    (b"GOCSPX-", 24),
    (b"SG.", 40), // SendGrid
    (b"dckr_pat_", 20),
    (b"dop_v1_", 40), // DigitalOcean
    (b"eyJ", 30),     // JSON in base64: JWT and other signed tokens
    (b"fw_", 20),     // Fireworks
    (b"ghp_", 20),    // GitHub
    (b"gho_", 20),
    (b"ghu_", 20),
    (b"ghs_", 20),
    (b"ghr_", 20),
    (b"github_pat_", 30),
    (b"glpat-", 20), // GitLab
    (b"gsk_", 20),   // Groq
    (b"hf_", 20),    // Hugging Face
    (b"hvs.", 24),   // Vault
    (b"lin_api_", 24),
    (b"lsv2_", 24), // LangSmith
    (b"npm_", 30),
    (b"nvapi-", 24),
    (b"pk-lf-", 20), // Langfuse
    (b"pplx-", 24),  // Perplexity
    (b"pypi-", 40),
    (b"r8_", 24),      // Replicate
    (b"rk_live_", 20), // Stripe
    (b"rk_test_", 20),
    (b"shpat_", 24), // Shopify
    (b"sk-", 20),    // OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse
    (b"sk_live_", 20),
    (b"sk_test_", 20),
    (b"sntrys_", 24), // Sentry
    (b"tvly-", 20),   // Tavily
    (b"whsec_", 20),
    (b"xai-", 24),
    (b"xapp-", 15), // Slack
    (b"xoxa-", 15),
    (b"xoxb-", 15),
    (b"xoxe-", 15),
    (b"xoxp-", 15),
    (b"xoxr-", 15),
    (b"xoxs-", 15),
    (b"ya29.", 24), // Google
];

/// Ends of words that announce a key.
const KEY_WORDS: &[&[u8]] = &[
    b"key",
    b"token",
    b"secret",
    b"credential",
    b"credentials",
    b"authorization",
    b"signature",
    b"sig",
    b"bearer",
    b"basic",
    b"jwt",
    b"cookie",
    b"sessionid",
    b"auth",
];

/// Ends of words that announce a password, which may be short.
const PASSWORD_WORDS: &[&[u8]] = &[b"password", b"passwd", b"passphrase", b"passwort", b"pwd"];

/// The end of a private key in PEM form that starts at `start`. One whose end is missing, as in
/// a text that was cut, reaches to the end of the text.
pub fn private_key(bytes: &[u8], start: usize) -> Option<usize> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const HEADER_BYTES_MAX: usize = 64;
    let header = bytes.get(start..)?.strip_prefix(BEGIN)?;
    let header = &header[..header.len().min(HEADER_BYTES_MAX)];
    let name = header
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b' ')
        .count();
    if !contains(&header[..name], b"PRIVATE KEY") {
        return None;
    }
    let body = start + BEGIN.len() + name;
    let Some(footer) = position(&bytes[body..], b"-----END ") else {
        return Some(bytes.len());
    };
    let footer = body + footer + b"-----END ".len();
    let line = bytes[footer..]
        .iter()
        .take_while(|byte| is_token(**byte) || **byte == b' ')
        .count();
    Some(footer + line)
}

/// The end of a key with a known beginning at `start`, where a word must start.
pub fn known_form(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    let run = rest
        .iter()
        .take(DECIDING_BYTES)
        .take_while(|byte| is_key_byte(**byte))
        .count();
    // Fifteen bytes is the least of all forms, and more than nearly every word has.
    if run < 15 {
        return None;
    }
    let run = &rest[..run];
    let is_key = FORMS
        .iter()
        .any(|(beginning, least)| run.len() >= *least && run.starts_with(beginning));
    if !is_key || !run.iter().any(u8::is_ascii_digit) {
        return None;
    }
    Some(start + trimmed(&rest[..token_length(rest)]))
}

/// The start and end of a secret whose announcing word ends just before `at`.
pub fn announced(bytes: &[u8], at: usize, floor: usize) -> Option<(usize, usize)> {
    let byte = *bytes.get(at)?;
    let before = bytes.get(floor..at)?;
    if !is_gap(byte) || !may_announce(before) {
        return None;
    }
    let before = &before[before.len().saturating_sub(16)..];
    let is_password = ends_with_word(before, PASSWORD_WORDS);
    if !is_password && !ends_with_word(before, KEY_WORDS) {
        return None;
    }
    let gap = gap_length(&bytes[at..]);
    let start = at + gap;
    let rest = bytes.get(start..)?;
    let deciding = &rest[..rest.len().min(DECIDING_BYTES)];
    if is_password {
        let has_sign = bytes[at..start]
            .iter()
            .any(|byte| matches!(byte, b':' | b'='));
        let value = password_length(deciding);
        if has_sign && looks_like_password(&deciding[..value]) {
            return Some((start, start + password_length(rest)));
        }
    }
    let run = &deciding[..token_length(deciding)];
    // Names in camel case are mixed as well. Only behind `Bearer` are they not expected.
    let is_mixed = run.iter().any(u8::is_ascii_digit) || ends_with_word(before, &[b"bearer"]);
    (is_mixed && looks_random(run)).then(|| (start, start + trimmed(&rest[..token_length(rest)])))
}

/// Whether a run of token bytes is long and mixed enough to be made by chance.
///
/// Numbers, words and dates with hyphens between change seldom between kinds of characters;
/// base64 and hexadecimal text does so every second or third time.
fn looks_random(run: &[u8]) -> bool {
    const LENGTH_MIN: usize = 16;
    const CHANGES_MIN: usize = 4;
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => Some(0),
        b'A'..=b'Z' => Some(1),
        b'0'..=b'9' => Some(2),
        _ => None,
    };
    let mut last = None;
    let mut changes = 0;
    for kind in run.iter().filter_map(|byte| kind(*byte)) {
        if last.is_some_and(|last| last != kind) {
            changes += 1;
        }
        last = Some(kind);
    }
    run.len() >= LENGTH_MIN && changes >= CHANGES_MIN
}

/// Whether a value behind `password:` is more than a word of a sentence.
fn looks_like_password(value: &[u8]) -> bool {
    value.len() >= 6 && value.iter().any(|byte| !byte.is_ascii_alphabetic())
}

/// Bytes of a password: up to a space, a quote or a separator of the format around it. What
/// stands for a masked part is not a password.
fn password_length(rest: &[u8]) -> usize {
    rest.iter()
        .take_while(|byte| {
            byte.is_ascii_graphic()
                && !matches!(
                    byte,
                    b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'[' | b']' | b'&' | b'\\'
                )
        })
        .count()
}

/// Bytes of a gap: quotes, spaces, signs, and the word `is`.
fn gap_length(rest: &[u8]) -> usize {
    let mut length = 0;
    while length < GAP_BYTES_MAX {
        match rest.get(length..) {
            Some([byte, ..]) if is_gap(*byte) => length += 1,
            // As in `config["api_key"] = …`.
            Some([b']', ..]) if length > 0 && matches!(rest[length - 1], b'"' | b'\'') => {
                length += 1
            }
            Some([b'i', b's', b' ', ..]) if length > 0 && rest[length - 1] == b' ' => length += 2,
            _ => break,
        }
    }
    length
}

fn is_gap(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b':' | b'=' | b'"' | b'\'' | b'`' | b'>' | b'\\' | b'(' | b'{'
    )
}

/// Bytes that keys with a known beginning consist of, up to the padding.
fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Bytes that tokens consist of: base64 in both alphabets, and the stops of a JWT.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'/' | b'=' | b'~')
}

fn token_length(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| is_token(**byte)).count()
}

/// The length of a run without the stops that end a sentence.
fn trimmed(run: &[u8]) -> usize {
    run.len() - run.iter().rev().take_while(|byte| **byte == b'.').count()
}

/// For each letter, which letters stand before it at the end of an announcing word, as bits.
/// This turns away nearly all words of a text without a look at the tables.
const LAST_LETTERS: [u32; 26] = {
    let mut letters = [0; 26];
    let tables = [KEY_WORDS, PASSWORD_WORDS];
    let mut table = 0;
    while table < tables.len() {
        let mut word = 0;
        while word < tables[table].len() {
            let text = tables[table][word];
            let [before, last] = [text[text.len() - 2] - b'a', text[text.len() - 1] - b'a'];
            letters[last as usize] |= 1 << before;
            word += 1;
        }
        table += 1;
    }
    letters
};

/// Whether the last two letters are those of an announcing word.
fn may_announce(before: &[u8]) -> bool {
    let [.., first, last] = before else {
        return false;
    };
    let place = |letter: &u8| letter.to_ascii_lowercase().wrapping_sub(b'a');
    let (first, last) = (place(first), place(last));
    first < 26 && last < 26 && LAST_LETTERS[usize::from(last)] >> first & 1 == 1
}

/// Whether `before` ends with one of `words`, in capitals or not.
fn ends_with_word(before: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| {
        before
            .len()
            .checked_sub(word.len())
            .is_some_and(|start| before[start..].eq_ignore_ascii_case(word))
    })
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    position(bytes, wanted).is_some()
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
