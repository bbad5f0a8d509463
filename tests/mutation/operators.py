"""The small changes. Each operator looks at a source and yields (from, to, text): what stands between the two places is
replaced. What cannot matter by construction (room reserved for a container, the log) is left out."""
import re

# Places where an enumerator stands for a decision.
ENUMS = ("State", "SlotState", "Place", "How", "EndKind", "Book")
SIDES = {"client": "freelancer", "freelancer": "client"}
KINDS = {"by_client": "by_freelancer", "by_freelancer": "by_client"}
FLIPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
EXTREMES = {"min": "max", "max": "min", "min_element": "max_element", "max_element": "min_element",
            "lower_bound": "upper_bound", "upper_bound": "lower_bound"}
SUMS = {"+": "-", "-": "+", "+=": "-=", "-=": "+=", "*": "/", "/": "*"}
REFUSALS = {"refuse", "wrong", "usage", "corrected", "unexpected", "MoneyProblem", "throw", "look_alike"}
# What makes a text: a minus between two of them does not compile.
TEXTS = {"text", "decimal", "framed", "canonical", "to_string", "string", "string_view", "say", "shown", "better"}
NO_MATTER = {"reserve", "shrink_to_fit", "spdlog", "log"}
KEYWORDS = {"return", "const", "auto", "using", "if", "for", "while", "do", "switch", "case", "default", "throw",
            "else", "static", "namespace", "struct", "class", "enum", "union", "template", "constexpr", "typedef",
            "friend", "public", "private", "protected", "delete", "new", "operator", "extern", "inline", "requires",
            "explicit", "virtual", "try", "catch", "goto", "static_assert"}
ENDS_OF_EXPRESSION = set(")]};,?:")
STARTS_OF_EXPRESSION = set("([{;,?:=") | {"return", "+=", "-="}


def span(src, first, last, text=""):
    return src.tokens[first].start, src.tokens[last].end, text


def comparison(src):
    for i in src.visible():
        if src.word(i) in FLIPS and src.kind(i) == "op" and src.spaced(i) and src.word(i - 1) != "operator":
            yield span(src, i, i, FLIPS[src.word(i)])


def expression(src, i):
    """The conditions joined where token i joins two: the first token, the last, and every token that joins."""
    first = last = i
    joins = [i]
    while first > 0 and src.word(first - 1) not in STARTS_OF_EXPRESSION:
        first = src.pair.get(first - 1, first - 1)
        joins += [first] if src.word(first) in ("&&", "||") and src.spaced(first) else []
    while last + 1 < len(src.tokens) and src.word(last + 1) not in ENDS_OF_EXPRESSION:
        last += 1
        joins += [last] if src.word(last) in ("&&", "||") and src.spaced(last) else []
        last = src.pair.get(last, last)
    return first, last, sorted(set(joins))


def condition(src):
    """`and` for `or` where only two are joined (the compiler wants parentheses around more), else one of them gone."""
    for i in src.visible():
        if src.word(i) not in ("&&", "||") or not src.spaced(i):
            continue
        first, last, joins = expression(src, i)
        if len(joins) == 1:
            yield span(src, i, i, "||" if src.word(i) == "&&" else "&&")
        if i == joins[0] and first < i:
            yield src.tokens[first].start, src.tokens[i + 1].start, ""
        until = next((j - 1 for j in joins if j > i), last)
        yield src.tokens[i - 1].end, src.tokens[until].end, ""


def negation(src):
    for i in src.visible():
        if src.word(i) == "!" and src.kind(i) == "op":
            yield span(src, i, i)


def off_by_one(src):
    for i in src.visible():
        t = src.tokens[i]
        if t.kind != "num" or not re.fullmatch(r"\d[\d']*", t.text) or (t.text[0] == "0" and len(t.text) > 1):
            continue
        if src.word(i + 1) in (">", ">>") and not src.spaced(i + 1):
            continue  # the argument of a template
        n = int(t.text.replace("'", ""))
        yield span(src, i, i, str(n + 1))
        if n > 0:
            yield span(src, i, i, str(n - 1))


def arithmetic(src):
    for i in src.visible():
        if src.word(i) not in SUMS or src.kind(i) != "op" or not src.spaced(i):
            continue
        begin = i
        while begin > 0 and src.word(begin - 1) not in ";{}":
            begin -= 1
        end = next((k for k in range(i, len(src.tokens)) if src.word(k) in ";{}"), i)
        around = range(begin, end)
        if any(src.kind(k) == "str" and '"' in src.word(k) or src.word(k) in TEXTS for k in around):
            continue
        yield span(src, i, i, SUMS[src.word(i)])


def conditional(src, i):
    """An `if` with one statement behind it: the first token of that and its `;`."""
    if src.word(i) != "if" or src.word(i + 1) != "(" or src.word(i - 1) == "else":
        return None
    begin = src.pair[i + 1] + 1
    end = src.semicolon(begin)
    return None if end is None or src.word(end + 1) == "else" else (begin, end)


def refuses(src, condition_at, begin, end):
    handed_on = src.word(condition_at + 1) in ("auto", "const") and src.word(begin) == "return"
    return handed_on or any(src.word(k) in REFUSALS for k in range(begin, end))


def guard(src):
    for i in src.visible():
        if src.word(i) == "guard" and src.word(i + 1) == "(":
            for first, last in src.items(i + 1):
                if src.word(first) == "{" and src.word(first + 1) == ".":
                    items = src.items(first)
                    for n, (begin, _) in enumerate(items):
                        if src.word(begin) == "." and src.word(begin + 1) != "role_why":
                            yield (*src.without_item(items, n), "")
        found = conditional(src, i)
        if found and src.word(found[0]) in ("return", "throw") and refuses(src, i + 1, *found):
            yield span(src, i, found[1], "{}")
        if src.word(i) == "return" and src.word(i + 1) in REFUSALS and src.word(i - 1) != ")":
            end = src.semicolon(i)
            if end:
                yield span(src, i, end, "return {};")


def early_return(src):
    for i in src.visible():
        found = conditional(src, i)
        if found and src.word(found[0]) in ("return", "continue", "break") and not refuses(src, i + 1, *found):
            yield span(src, i, found[1], "{}")


def party(src):
    for i in src.visible():
        word, before = src.word(i), src.word(i - 1)
        if word in KINDS and before == "::" and src.word(i - 4) != "case":
            yield span(src, i, i, KINDS[word])
        if word in SIDES and before in (".", "->") and src.word(i - 2) not in "{,(" and src.word(i + 1) != "(":
            yield span(src, i, i, SIDES[word])
        if word in SIDES and before == "::" and src.word(i - 2) in ("Side", "How") and src.word(i - 3) != "case":
            yield span(src, i, i, SIDES[word])
        if word == "other" and src.word(i + 1) == "(" and before not in ("::", ".", "->") and src.kind(i - 1) == "op":
            yield span(src, i, src.pair[i + 1], src.text[src.tokens[i + 2].start:src.tokens[src.pair[i + 1]].start])


def state(src):
    """Another enumerator, one that occurs in the same file."""
    known, places = {}, []
    for i in range(len(src.tokens) - 2):
        if src.word(i) not in ENUMS or src.word(i + 1) != "::" or src.kind(i + 2) != "id":
            continue
        first = i
        while src.word(first - 1) == "::" and src.kind(first - 2) == "id":
            first -= 2
        scope = "".join(src.word(k) for k in range(first, i + 1))
        known.setdefault(scope, set()).add(src.word(i + 2))
        if i not in src.hidden and src.word(first - 1) != "case":
            places.append((scope, i + 2))
    for scope, i in places:
        for name in sorted(known[scope] - {src.word(i)}):
            if SIDES.get(name) != src.word(i) and KINDS.get(name) != src.word(i):
                yield span(src, i, i, name)


def expression_statement(src, i):
    """The `;` of a statement that begins at i and is a call, an assignment or a step; none: it is something else."""
    before = src.word(i - 1)
    if not (before in (";", "{", "}", "else") or before == ")" and conditional_or_loop(src, i - 1)):
        return None
    at = i
    if src.word(i) in ("++", "--", "*"):
        at += 1
    elif src.word(i) in ("break", "continue") and src.word(i + 1) == ";":
        return i + 1
    if src.kind(at) != "id" or src.word(at) in KEYWORDS:
        return None
    at += 1
    while True:
        word = src.word(at)
        if word in ("::", ".", "->") and src.kind(at + 1) == "id":
            at += 2
        elif word in ("(", "["):
            at = src.pair[at] + 1
        elif src.opens_angles(at):
            at = src.angles(at)
        else:
            break
    called = src.word(at - 1) == ")" or src.word(i) in ("++", "--")
    if src.word(at) in ("++", "--") and src.word(at + 1) == ";":
        return at + 1
    if src.word(at) == ";" and called:
        return at
    return src.semicolon(at) if re.fullmatch(r"[-+*/%&|^]?=", src.word(at)) else None


def conditional_or_loop(src, closing):
    return src.word(src.pair.get(closing, 0) - 1) in ("if", "for", "while")


def names_called(src, i, end):
    """The names before the first bracket: `d`, `hex` and `reserve` of d.hex.reserve(64)."""
    first = next((k for k in range(i, end) if src.word(k) == "("), i)
    return {src.word(k) for k in range(i, first)}


def is_event(src, i, end):
    words = {src.word(k) for k in range(i, end)}
    adds = words & {"push_back", "emplace_back"} and src.word(i) in ("out", "d", "events", "secrets")
    return src.name.startswith("workflow/") and bool(adds or words & {"events", "secrets"})


def statements(src, events):
    for i in src.visible():
        end = expression_statement(src, i)
        if end is None or NO_MATTER & names_called(src, i, end):
            continue
        if is_event(src, i, end) == events:
            yield span(src, i, end, "{}")


def statement(src):
    yield from statements(src, events=False)


def event(src):
    yield from statements(src, events=True)
    for i in src.visible():
        if src.word(i) == "done" and src.word(i + 1) == "(" and src.word(i - 1) == "return":
            items = src.items(i + 1)
            for n in range(len(items)):
                yield (*src.without_item(items, n), "")
        if src.word(i) == "Events" and src.word(i + 1) == "fire" and src.word(i + 2) == "(":
            body = src.pair[i + 2] + 1
            for k in range(body, src.pair.get(body, body)):
                if src.word(k) == "return" and src.word(k + 1) == "{":
                    items = src.items(k + 1)
                    for n in range(len(items)):
                        yield (*src.without_item(items, n), "")


def boolean(src):
    for i in src.visible():
        if src.word(i) in ("true", "false"):
            yield span(src, i, i, "false" if src.word(i) == "true" else "true")


def extreme(src):
    for i in src.visible():
        if src.word(i) in EXTREMES and src.word(i - 1) in ("::", ".") and src.word(i + 1) == "(":
            yield span(src, i, i, EXTREMES[src.word(i)])


# How often each is drawn, in a hundred and a few.
OPERATORS = {
    "comparison": (comparison, 18),
    "condition": (condition, 10),
    "negation": (negation, 6),
    "off-by-one": (off_by_one, 12),
    "arithmetic": (arithmetic, 4),
    "guard": (guard, 14),
    "return": (early_return, 6),
    "party": (party, 12),
    "state": (state, 8),
    "event": (event, 8),
    "statement": (statement, 12),
    "boolean": (boolean, 4),
    "extreme": (extreme, 2),
}
