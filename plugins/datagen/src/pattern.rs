//! Random texts that match a pattern: literals, classes, groups with alternatives, `. \d \w \s`, and `? * + {n} {n,m}`.

use weir_connect_sdk::{ConnectError, Result};

use crate::random::Random;

/// Most repetitions of an open-ended quantifier.
const OPEN_END: usize = 8;
/// Most repetitions of any quantifier, and deepest nesting of groups.
const LIMIT: usize = 10_000;
const DEPTH: usize = 32;
/// Most steps, and with them characters, of one text: nested repetitions multiply.
const STEPS: usize = 1 << 20;

/// A pattern, ready to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Vec<Vec<Piece>>);

#[derive(Debug, Clone, PartialEq)]
struct Piece {
    atom: Atom,
    least: usize,
    most: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Atom {
    /// One character out of these ranges.
    Class(Vec<Range>),
    /// One of these alternatives.
    Group(Vec<Vec<Piece>>),
}

/// First and last, both included: a class may hold all of Unicode.
type Range = (char, char);

struct Parser<'a> {
    pattern: &'a str,
    rest: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Something in it is not supported.
    pub fn parse(pattern: &str) -> Result<Self> {
        let mut parser = Parser {
            pattern,
            rest: pattern.chars().peekable(),
        };
        let alternatives = parser.alternatives(0)?;
        if parser.rest.peek().is_some() {
            return parser.wrong("an unmatched )");
        }
        if steps_of(&alternatives) > STEPS {
            return parser.wrong(&format!("a text of more than {STEPS} steps"));
        }
        Ok(Self(alternatives))
    }

    /// A text that matches.
    pub fn generate(&self, random: &mut Random) -> String {
        let mut out = String::new();
        push_one_of(&mut out, &self.0, random);
        out
    }
}

fn push_one_of(out: &mut String, alternatives: &[Vec<Piece>], random: &mut Random) {
    let chosen = alternatives
        .get(random.below(alternatives.len()))
        .map(Vec::as_slice)
        .unwrap_or_default();
    for piece in chosen {
        let times = piece.least + random.below(piece.most - piece.least + 1);
        for _ in 0..times {
            match &piece.atom {
                Atom::Class(ranges) => out.extend(one_of(ranges, random)),
                Atom::Group(inner) => push_one_of(out, inner, random),
            }
        }
    }
}

fn one_of(ranges: &[Range], random: &mut Random) -> Option<char> {
    let size = |(from, to): &Range| (u32::from(*to) - u32::from(*from)) as usize + 1;
    let mut at = random.below(ranges.iter().map(size).sum());
    for range in ranges {
        if at < size(range) {
            // Between surrogates there is no character: the range's first stands for them.
            let found = u32::try_from(at)
                .ok()
                .and_then(|at| char::from_u32(u32::from(range.0) + at));
            return found.or(Some(range.0));
        }
        at -= size(range);
    }
    None
}

/// What generating may cost at most.
fn steps_of(alternatives: &[Vec<Piece>]) -> usize {
    let piece = |piece: &Piece| {
        let once = match &piece.atom {
            Atom::Class(_) => 1,
            Atom::Group(inner) => steps_of(inner).saturating_add(1),
        };
        once.saturating_mul(piece.most)
    };
    let of = |pieces: &Vec<Piece>| pieces.iter().map(piece).fold(0, usize::saturating_add);
    alternatives.iter().map(of).max().unwrap_or(0)
}

fn span(from: char, to: char) -> Vec<Range> {
    vec![(from, to)]
}

fn single(c: char) -> Vec<Range> {
    span(c, c)
}

impl Parser<'_> {
    fn wrong<T>(&self, what: &str) -> Result<T> {
        Err(ConnectError::Config(format!(
            "regex '{}': {what} is not supported here",
            self.pattern
        )))
    }

    fn alternatives(&mut self, depth: usize) -> Result<Vec<Vec<Piece>>> {
        if depth > DEPTH {
            return self.wrong("nesting that deep");
        }
        let mut all = vec![Vec::new()];
        while let Some(next) = self.rest.next_if(|c| *c != ')') {
            let atom = match next {
                '|' => {
                    all.push(Vec::new());
                    continue;
                }
                '^' | '$' => continue,
                '(' => {
                    let inner = self.alternatives(depth + 1)?;
                    if self.rest.next() != Some(')') {
                        return self.wrong("an unmatched (");
                    }
                    Atom::Group(inner)
                }
                '[' => Atom::Class(self.class()?),
                '.' => Atom::Class(span('!', '~')),
                '\\' => Atom::Class(self.escape()?),
                '*' | '+' | '?' | '{' => return self.wrong("a quantifier without anything before it"),
                literal => Atom::Class(single(literal)),
            };
            let (least, most) = self.quantifier()?;
            if let Some(last) = all.last_mut() {
                last.push(Piece { atom, least, most });
            }
        }
        Ok(all)
    }

    fn escape(&mut self) -> Result<Vec<Range>> {
        let word = || [span('a', 'z'), span('A', 'Z'), span('0', '9'), single('_')].concat();
        match self.rest.next() {
            Some('d') => Ok(span('0', '9')),
            Some('w') => Ok(word()),
            Some('s') => Ok(single(' ')),
            Some(c) if c.is_alphanumeric() => self.wrong(&format!("\\{c}")),
            Some(c) => Ok(single(c)),
            None => self.wrong("a backslash at the end"),
        }
    }

    fn class(&mut self) -> Result<Vec<Range>> {
        let mut chars: Vec<Range> = Vec::new();
        if self.rest.peek() == Some(&'^') {
            return self.wrong("[^…]");
        }
        loop {
            let from = match self.rest.next() {
                Some(']') if !chars.is_empty() => return Ok(chars),
                Some('\\') => {
                    chars.extend(self.escape()?);
                    continue;
                }
                Some(c) => c,
                None => return self.wrong("an unmatched ["),
            };
            if self.rest.next_if_eq(&'-').is_none() {
                chars.extend(single(from));
                continue;
            }
            match self.rest.next() {
                // A dash at the end is a dash.
                Some(']') => return Ok([chars, single(from), single('-')].concat()),
                Some(to) if to >= from => chars.extend(span(from, to)),
                _ => return self.wrong("a range that ends before it begins"),
            }
        }
    }

    fn quantifier(&mut self) -> Result<(usize, usize)> {
        let bounds = match self.rest.peek() {
            Some('?') => (0, 1),
            Some('*') => (0, OPEN_END),
            Some('+') => (1, OPEN_END),
            Some('{') => {
                self.rest.next();
                let mut text = String::new();
                while let Some(c) = self.rest.next_if(|c| *c != '}') {
                    text.push(c);
                }
                let (least, most) = text.split_once(',').unwrap_or((&text, &text));
                let least: Option<usize> = least.parse().ok();
                let most: Option<usize> = if most.is_empty() {
                    least.map(|least| least + OPEN_END)
                } else {
                    most.parse().ok()
                };
                match least.zip(most).filter(|(least, most)| least <= most && *most <= LIMIT) {
                    Some(bounds) => bounds,
                    None => return self.wrong(&format!("{{{text}}}")),
                }
            }
            _ => return Ok((1, 1)),
        };
        self.rest.next();
        Ok(bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pattern: &str) -> Vec<String> {
        let (pattern, mut random) = (Pattern::parse(pattern).unwrap(), Random(7));
        (0..200).map(|_| pattern.generate(&mut random)).collect()
    }

    #[test]
    fn they_match() {
        assert!(
            texts("User_[1-9]")
                .iter()
                .all(|text| text.len() == 6 && text.starts_with("User_"))
        );
        assert!(texts("Page_[1-9][0-9]?").iter().any(|text| text.len() == 7));
        let alternatives = texts("(ab|c\\.){2}");
        assert!(
            alternatives
                .iter()
                .all(|text| ["abab", "abc.", "c.ab", "c.c."].contains(&text.as_str())),
            "{alternatives:?}"
        );
        assert!(texts("[a\\d-]{3,5}").iter().all(|text| (3..=5).contains(&text.len())));
        assert!(texts("x*").iter().any(String::is_empty));
    }

    #[test]
    fn a_class_may_hold_all_of_unicode() {
        let all = texts("[\u{1}-\u{10ffff}]{5}");
        assert!(all.iter().all(|text| text.chars().count() == 5));
        assert!(all.iter().flat_map(|text| text.chars()).any(|c| c > '\u{ffff}'));
    }

    #[test]
    fn what_is_not_supported_says_so() {
        for bad in [
            "(",
            ")",
            "[",
            "[^a]",
            "*a",
            "a{2,1}",
            "a{99999999}",
            "\\b",
            "a\\",
            "[b-a]",
            &"(".repeat(100),
            "(((x{10000}){10000}){10000})",
            "((){10000}){10000}",
        ] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
