//! Which conditions a text may meet, and which wordings may be made from it. Receives a text in which something is to be judged, hands on the
//! patterns worth running; knows nothing of what they are for.
//!
//! A match is judged by dozens of patterns, of which hardly any is in the text. So what each of them needs is looked for in one pass, as
//! the scan does for the patterns of rules, and the others are not run.

use crate::scan::{Scanner, Scratch};
use crate::trigger::{Prospects, Signature, Trigger, Wanted};

/// The literals of the patterns of conditions, and what else these ask for.
#[derive(Clone, Debug)]
pub(crate) struct Conditions {
    scanner: Scanner,
    trigger: Trigger,
}

/// What must be found for one of them: for each of its branches sets of literals.
#[allow(dead_code, reason = "called by the build script, which includes this file")]
pub(crate) fn wanted(branches: &[Vec<Vec<String>>]) -> Wanted<'_> {
    Wanted { branches, crosses: true, purpose: 1 }
}

impl Conditions {
    pub(crate) fn new(scanner: Scanner, trigger: Trigger) -> Self {
        Self { scanner, trigger }
    }

    /// Finds out which patterns the text, which has this signature, may match, however it is read.
    pub(crate) fn look_ahead(&self, text: &str, signature: &Signature, scratch: &mut Scratch, prospects: &mut Prospects) {
        prospects.clear();
        self.scanner.scan(text, scratch);
        if !scratch.candidates.is_empty() {
            self.trigger.foresee(&scratch.candidates, signature, prospects);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::fold;
    use crate::trigger::Clauses;

    #[test]
    fn only_what_the_text_has_all_of() {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let asked = [vec![vec![set(&["抱歉"])], vec![set(&["对不起"])]], vec![vec![set(&["我"]), set(&["您查"])]]];
        let (trigger, literals) = Trigger::new(asked.iter().map(|branches| wanted(branches)), 0, |_| 0.0);
        let conditions = Conditions::new(Scanner::new(literals), trigger);
        let (mut scratch, mut prospects) = (Scratch::default(), Prospects::default());
        let mut of = |text: &str| {
            let folded: Vec<char> = text.chars().map(fold).collect();
            conditions.look_ahead(text, &Clauses::of(&folded).signature, &mut scratch, &mut prospects);
            [0, 1, 64].map(|pattern| prospects.has(pattern))
        };
        assert_eq!(of("對 不 起，我帮您查"), [true, true, false]);
        assert_eq!(of("我帮你查"), [false, false, false]);
        assert_eq!(of("您查我。抱歉"), [true, true, false]);
        assert_eq!(of(""), [false, false, false]);
    }
}
