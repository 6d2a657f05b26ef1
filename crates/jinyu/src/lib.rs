//! jinyu checks what customer-service agents say in Chinese: it finds taboo phrases in Simplified and Traditional text, says why each
//! must not be said, and how to say it better.
//!
//! # A line of text
//!
//! ```
//! use jinyu::Checker;
//!
//! let checker = Checker::builder().build()?;
//! let findings = checker.check("您好,你没有填对。");
//! assert_eq!(findings[0].text, "你没有填对");
//! assert_eq!(findings[0].category.chinese(), "指责客户");
//! assert!(!findings[0].suggestions.is_empty());
//!
//! // The same in Traditional characters, with a suggestion in Taiwan's wording.
//! let findings = checker.check("妳沒有填對喔");
//! assert_eq!(findings[0].span.positions("妳沒有填對喔").char[0], 0);
//! # Ok::<(), jinyu::Error>(())
//! ```
//!
//! # A conversation
//!
//! ```
//! use jinyu::{Checker, Speaker, Utterance};
//!
//! let checker = Checker::builder().build()?;
//! let mut session = checker.session();
//! assert!(session.push(&Utterance::new(1, Speaker::Customer, "你弄错了吧")).is_empty());
//! assert_eq!(session.push(&Utterance::new(2, Speaker::Agent, "是你弄错了")).len(), 1);
//! # Ok::<(), jinyu::Error>(())
//! ```
//!
//! # What a whole conversation comes to
//!
//! ```
//! use jinyu::{Checker, Conversation, Speaker, Utterance, Verdict};
//!
//! let checker = Checker::builder().build()?;
//! let mut call = Conversation::new("c1");
//! call.utterances.push(Utterance::new(1, Speaker::Customer, "让你们领导来接电话!"));
//! call.utterances.push(Utterance::new(2, Speaker::Agent, "请问您的订单号是多少"));
//! let assessment = checker.audit(&call).assessment;
//! assert!(assessment.signals.iter().any(|signal| &*signal.name == "escalation"));
//! assert!(assessment.flow.iter().any(|flow| &*flow.rule == "handling/escalation-ignored" && flow.verdict == Verdict::Violated));
//! assert!(assessment.score.overall < 100);
//! # Ok::<(), jinyu::Error>(())
//! ```
//!
//! # Own rules
//!
//! ```
//! use jinyu::{Checker, RulePack};
//!
//! let pack = RulePack::from_toml("mine.toml", r#"
//!     [pack]
//!     name = "mine"
//!     version = "1.0.0"
//!     summary = "自家用语"
//!     [[rule]]
//!     id = "mine/dear"
//!     category = "contempt"
//!     severity = "note"
//!     why = "本行不用这个称呼。"
//!     phrases = ["小可爱"]
//!     hit = ["好的小可爱"]
//!     miss = ["真可爱"]
//! "#)?;
//! let checker = Checker::builder().pack(pack).build()?;
//! assert_eq!(&*checker.check("小可愛您好")[0].rule, "mine/dear");
//! # Ok::<(), jinyu::Error>(())
//! ```
//!
//! Only building can fail. Checking any text cannot fail and cannot panic, its cost is linear in the length of the text, and all offsets
//! refer to the text that was passed in.
#![forbid(unsafe_code)]

mod checker;
mod conditions;
mod conversation;
mod error;
mod finding;
mod flow;
mod folded;
mod homophones;
mod ledger;
mod model;
mod phrases;
mod rules;
mod scan;
mod score;
pub mod script;
mod span;
mod speech;
mod suggest;
mod trigger;
mod verify;
mod words;

/// What `tools/model` needs to learn what a build includes. No part of the interface: it may change at any time.
#[doc(hidden)]
pub mod training {
    pub use crate::model::{CATEGORY_DIGITS, Label, Learned, LearnedOffences, features, root, slot, sound_of};
    pub use crate::rules::{SIGNALS, STEPS};
}

pub use checker::{
    Assessment, Charge, Checker, CheckerBuilder, ExampleFailure, Lint, LintKind, Observation, PackSource, Report, Session, Waived,
};
pub use conversation::{Channel, Conversation, Speaker, UnknownSpeaker, Utterance};
pub use error::Error;
pub use finding::{By, Dismissal, Examination, Finding, Occurrence, Reason};
pub use flow::{FlowVerdict, Note};
pub use ledger::{Promise, PromiseState};
pub use phrases::{PhraseMatch, PhraseMatches, Phrases};
pub use rules::flow::{FlowRule, NoteRule, Verdict};
pub use rules::{
    Care, Category, Confidence, Edge, Example, Fix, FixRef, Kind, Replace, Retelling, Rule, RulePack, Scope, Severity, Weight,
    event_in_chinese,
};
pub use score::{CareScores, Deduction, Score, Share};
pub use script::Script;
pub use span::{Positions, Span};
pub use suggest::{Fixed, Safety, Suggestion};

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
