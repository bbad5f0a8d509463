"""C++ as a row of tokens, as far as a mutant needs it: where words and numbers stand, which bracket closes which, and
what is no code that runs (comments, strings, includes, described members, tables, enumerations)."""
import bisect
import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:\\\n|[^\n])*|\[\[\w[^\]]*\]\])
       |(?P<str>(?:u8|[uUL])?R"(?P<mark>[^()\\ ]{0,16})\(.*?\)(?P=mark)"|(?:u8|[uUL])?"(?:\\.|[^"\\\n])*"
          |(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')
       |(?P<num>(?:0[xXbB][\da-fA-F']+|\d[\d']*(?:\.\d+)?(?:[eE][+-]?\d+)?)\w*)
       |(?P<id>[A-Za-z_]\w*)
       |(?P<op><=>|<<=|>>=|\.\.\.|->\*|::|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""",
    re.X | re.S | re.M)
CLOSES = {"(": ")", "[": "]", "{": "}"}
MACRO = re.compile(r"[A-Z][A-Z0-9_]{5,}$")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


class Source:
    """One file. `pair` leads from each bracket to its partner; `hidden` holds the tokens that are no code."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.tokens = [Token(m.lastgroup if m.lastgroup != "mark" else "str", m[0], m.start(), m.end())
                       for m in TOKEN.finditer(text) if not m["skip"]]
        self.starts = [m.start() for m in re.finditer(r"^", text, re.M)]
        self.pair = {}
        self._match()
        self.hidden = set()
        self._hide()

    def line(self, at):
        return bisect.bisect_right(self.starts, at)

    def word(self, i):
        return self.tokens[i].text if 0 <= i < len(self.tokens) else ""

    def kind(self, i):
        return self.tokens[i].kind if 0 <= i < len(self.tokens) else ""

    def spaced(self, i):
        """The formatter puts blanks around every operator between two values, and around no other."""
        t = self.tokens[i]
        return self.text[t.start - 1:t.start].isspace() and self.text[t.end:t.end + 1].isspace()

    def visible(self):
        return (i for i in range(len(self.tokens)) if i not in self.hidden)

    def semicolon(self, i):
        """The `;` that ends the statement in which token i stands; none: a bracket closes before."""
        while i < len(self.tokens):
            word = self.word(i)
            if word == ";":
                return i
            if word in ")]}":
                return None
            i = self.pair.get(i, i) + 1
        return None

    def angles(self, i):
        """Behind the template arguments that open at i."""
        depth = 0
        while i < len(self.tokens):
            word = self.word(i)
            depth += {"<": 1, ">": -1, ">>": -2}.get(word, 0)
            if depth <= 0 or word in ";}":
                return i + 1
            i = (self.pair.get(i, i) if word in CLOSES else i) + 1
        return i

    def opens_angles(self, i):
        return self.word(i) == "<" and self.kind(i - 1) == "id" and not self.spaced(i)

    def items(self, i):
        """First and last token of each item between the bracket at i and its partner."""
        out, first, at, end = [], i + 1, i + 1, self.pair.get(i, i)
        while at < end:
            if self.word(at) == ",":
                out.append((first, at - 1))
                first = at = at + 1
            elif self.opens_angles(at):
                at = self.angles(at)
            else:
                at = self.pair.get(at, at) + 1
        if first < end:
            out.append((first, end - 1))
        return out

    def without_item(self, items, n):
        """Where to cut so that item n and one comma are gone."""
        first, last = items[n]
        if n > 0:
            return self.tokens[items[n - 1][1]].end, self.tokens[last].end
        if len(items) > 1:
            return self.tokens[first].start, self.tokens[items[1][0]].start
        return self.tokens[first].start, self.tokens[last].end

    def _match(self):
        open_ones = []
        for i, t in enumerate(self.tokens):
            if t.kind == "op" and t.text in CLOSES:
                open_ones.append(i)
            elif t.kind == "op" and t.text in CLOSES.values() and open_ones:
                if CLOSES[self.word(open_ones[-1])] == t.text:
                    self.pair[i] = open_ones[-1]
                    self.pair[open_ones.pop()] = i
        if open_ones:
            raise ValueError(f"{self.name}:{self.line(self.tokens[open_ones[-1]].start)}: a bracket is not closed")

    def _hide(self):
        for i, t in enumerate(self.tokens):
            end = i if t.kind != "id" or i in self.hidden else self._end_of_no_code(i)
            self.hidden.update(range(i, end))

    def _end_of_no_code(self, i):
        """Behind what begins at word i and is no code; i itself: it is code."""
        word, after = self.word(i), self.word(i + 1)
        if (MACRO.match(word) or word == "static_assert") and after == "(":
            return self.pair[i + 1] + 1
        if word == "template" and after == "<":
            return self.angles(i + 1)
        if word == "using":
            return (self.semicolon(i) or i) + 1
        if word == "enum":
            at = next((k for k in range(i, len(self.tokens)) if self.word(k) in "{;"), i)
            return self.pair.get(at, at) + 1
        if word == "constexpr" or (word == "static" and after == "const"):
            return self._end_of_table(i)
        return i

    def _end_of_table(self, i):
        """A constant whose value is a list in braces is a table; a number or a call is not."""
        at = i + 1
        while at < len(self.tokens) and self.word(at) not in "=;(){":
            at = self.angles(at) if self.opens_angles(at) else self.pair.get(at, at) + 1
        if self.word(at) == "=":
            at += 1
        return self.pair[at] + 1 if self.word(at) == "{" else i
