//! Closed lists of words with their names on the wire and in Chinese: a spreadsheet may write either, and a word that is
//! on no list is refused with the list.

/// A word that is not on its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {what}; known are {known}")]
pub struct UnknownWord {
    /// What was written.
    pub text: String,
    /// What it should be.
    pub what: &'static str,
    /// The list.
    pub known: String,
}

/// Makes an enum of a list of words: each with its name on the wire and in Chinese.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident $what:literal { $($word:ident $wire:literal $chinese:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $name {
            $(
                #[doc = $chinese]
                #[serde(rename = $wire)]
                $word,
            )+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$word),+];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$word => $wire),+ }
            }

            /// The name on paper.
            pub const fn chinese(self) -> &'static str {
                match self { $(Self::$word => $chinese),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::word::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let text = text.trim();
                let found = Self::ALL.iter().find(|word| word.name() == text || word.chinese() == text);
                found.copied().ok_or_else(|| $crate::word::UnknownWord {
                    text: text.to_owned(),
                    what: $what,
                    known: Self::ALL.iter().map(|word| word.name()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}
pub(crate) use words;
