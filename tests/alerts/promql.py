"""As much of PromQL as our alerts use, over one scrape (and the one before it, for `increase`).

Prometheus' own evaluator has the last word: tests marked `prometheus` ask it the same, where it is at hand.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Scrape = Mapping[str, Vector]

TOKEN = re.compile(r'\s*(?:(\d[\w.]*)|([a-zA-Z_]\w*)|("[^"]*")|(!=|>=|<=|==|[<>{}()\[\],=\-]))')
COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
}


def scrape(text: str) -> Scrape:
    """The samples of an answer of `/metrics`, by metric and labels."""
    found: dict[str, Vector] = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found.setdefault(one.name, {})[frozenset(one.labels.items())] = one.value
    return found


def evaluate(expression: str, now: Scrape, before: Scrape) -> Vector:
    """The samples that the expression leaves: those for which an alert fires."""
    reader = _Reader(_tokens(expression), now, before)
    found = reader.sets()
    assert reader.done(), f"not understood: {expression}"
    assert isinstance(found, dict)
    return found


def _tokens(expression: str) -> list[str]:
    found, at = [], 0
    while expression[at:].strip():
        match = TOKEN.match(expression, at)
        assert match, f"not understood: {expression[at:]}"
        found.append(next(one for one in match.groups() if one is not None))
        at = match.end()
    return found


@dataclass
class _Reader:
    left: list[str]
    now: Scrape
    before: Scrape

    def done(self) -> bool:
        return not self.left

    def sets(self) -> Vector | float:
        """`and` and `unless`, from left to right."""
        found = self.comparison()
        while self._next("and", "unless"):
            wanted, on = self._take() == "and", self._on()
            other = self.comparison()
            assert isinstance(found, dict)
            assert isinstance(other, dict)
            theirs = {_only(labels, on) for labels in other}
            found = {labels: value for labels, value in found.items() if (_only(labels, on) in theirs) == wanted}
        return found

    def comparison(self) -> Vector | float:
        found = self.difference()
        if self._next(*COMPARE):
            return _paired(found, self._take_from(COMPARE), self.difference())
        return found

    def difference(self) -> Vector | float:
        found = self.term()
        if self._next("-"):
            self._take()
            other = self.term()
            assert isinstance(found, dict)
            assert isinstance(other, dict)
            return {one: value - other[one] for one, value in found.items() if one in other}
        return found

    def term(self) -> Vector | float:
        word = self._take()
        if word in ("sum", "increase"):
            self._take("(")
            found = self.sets() if word == "sum" else self._increase()
            self._take(")")
            assert isinstance(found, dict)
            return ({frozenset(): sum(found.values())} if found else {}) if word == "sum" else found
        return float(word) if word[0].isdigit() else self._selected(word, self.now)

    def _increase(self) -> Vector:
        """Between the two scrapes, whatever time is asked for."""
        name = self._take()
        at = len(self.left)
        found = self._selected(name, self.now)
        assert at - len(self.left) == 0, "an increase of everything under the name"
        self._take("[")
        while self._take() != "]":
            pass
        before = self.before.get(name, {})
        return {labels: value - before[labels] for labels, value in found.items() if labels in before}

    def _selected(self, name: str, scraped: Scrape) -> Vector:
        found = dict(scraped.get(name, {}))
        if self._next("{"):
            self._take()
            while (label := self._take()) != "}":
                if label == ",":
                    continue
                same, value = self._take() == "=", self._take().strip('"')
                found = {one: number for one, number in found.items() if (dict(one).get(label, "") == value) == same}
        return found

    def _on(self) -> frozenset[str] | None:
        if not self._next("on"):
            return None
        self._take("on")
        self._take("(")
        names = set()
        while (one := self._take()) != ")":
            names.add(one)
        return frozenset(names - {","})

    def _next(self, *wanted: str) -> bool:
        return bool(self.left) and self.left[0] in wanted

    def _take(self, wanted: str | None = None) -> str:
        found = self.left.pop(0)
        assert wanted in (None, found), f"{wanted} was expected, not {found}"
        return found

    def _take_from(self, table: Mapping[str, Callable[[float, float], bool]]) -> Callable[[float, float], bool]:
        return table[self._take()]


def _paired(found: Vector | float, holds: Callable[[float, float], bool], other: Vector | float) -> Vector:
    assert isinstance(found, dict)
    if isinstance(other, float):
        return {labels: value for labels, value in found.items() if holds(value, other)}
    return {one: value for one, value in found.items() if one in other and holds(value, other[one])}


def _only(labels: Labels, on: Iterable[str] | None) -> Labels:
    return labels if on is None else frozenset((name, value) for name, value in labels if name in on)
