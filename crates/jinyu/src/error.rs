//! What can go wrong while packs are read and a checker is built. Checking text has no errors.

use std::fmt;

/// A mistake in a rule pack, addressed to its author: which pack, line and rule, what is wrong, and how to mend it.
///
/// ```
/// use jinyu::RulePack;
/// let error = RulePack::from_toml("mine.toml", "[pack]\nname = \"mine\"\nverson = \"1\"").unwrap_err();
/// assert!(error.to_string().starts_with("mine.toml:3:"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    pack: String,
    line: Option<usize>,
    column: Option<usize>,
    rule: Option<String>,
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Syntax,
    Rule,
    Example,
}

impl Error {
    /// The pack is not TOML, or not of the pack format.
    pub(crate) fn syntax(pack: &str, at: Option<(usize, usize)>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            pack: pack.to_owned(),
            line: at.map(|(line, _)| line),
            column: at.map(|(_, column)| column),
            rule: None,
            kind: Kind::Syntax,
            message: message.into(),
        }))
    }

    /// A rule, class or guard says something that cannot work.
    pub(crate) fn rule(pack: &str, line: Option<usize>, rule: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            pack: pack.to_owned(),
            line,
            column: None,
            rule: Some(rule.to_owned()),
            kind: Kind::Rule,
            message: message.into(),
        }))
    }

    /// A rule's own example fails.
    pub(crate) fn example(pack: &str, line: Option<usize>, rule: &str, message: impl Into<String>) -> Self {
        let mut error = Self::rule(pack, line, rule, message);
        error.0.kind = Kind::Example;
        error
    }

    /// Whether the pack could not be read at all: not TOML, an unknown or missing key, a value of the wrong kind.
    #[must_use]
    pub fn is_syntax(&self) -> bool {
        self.0.kind == Kind::Syntax
    }

    /// Whether a rule, class or guard is at fault: a broken pattern, no literal to scan for, a duplicate id.
    #[must_use]
    pub fn is_rule(&self) -> bool {
        self.0.kind == Kind::Rule
    }

    /// Whether a rule's own example fails.
    #[must_use]
    pub fn is_example(&self) -> bool {
        self.0.kind == Kind::Example
    }

    /// The pack's name as it was given to [`RulePack::from_toml`](crate::RulePack::from_toml).
    #[must_use]
    pub fn pack(&self) -> &str {
        &self.0.pack
    }

    /// The line in the pack, from 1, where it is known.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.0.line
    }

    /// The column in that line, from 1, where it is known.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.0.column
    }

    /// What is wrong and how to mend it, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The id of the rule at fault, where it is one rule.
    #[must_use]
    pub fn rule_id(&self) -> Option<&str> {
        self.0.rule.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{}", inner.pack)?;
        if let Some(line) = inner.line {
            write!(f, ":{line}")?;
            if let Some(column) = inner.column {
                write!(f, ":{column}")?;
            }
        }
        if let Some(rule) = &inner.rule {
            write!(f, ": {rule}")?;
        }
        write!(f, ": {}", inner.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {}
