//! jinyu checks what customer-service agents say in Chinese.
#![forbid(unsafe_code)]

mod checker;
mod conversation;
mod error;
mod finding;
mod folded;
mod rules;
mod scan;
pub mod script;
mod span;
mod suggest;
mod verify;

pub use checker::{Checker, CheckerBuilder, ExampleFailure, Lint, Session};
pub use conversation::{Conversation, Speaker, UnknownSpeaker, Utterance};
pub use error::Error;
pub use finding::{Dismissal, Examination, Finding, Reason};
pub use rules::{Care, Category, Confidence, Rule, RulePack, Severity};
pub use script::Script;
pub use span::{Positions, Span};
pub use suggest::{Fixed, Safety, Suggestion};
