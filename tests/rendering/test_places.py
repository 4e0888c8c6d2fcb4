"""Lines of a file, for whoever mends it."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from outbound.rendering.places import line_of_key, lines_of_json, tags_of

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_every_value_has_the_line_of_its_name() -> None:
    text = '{\n "a": [1,\n  {"b/c": 2}],\n "d~":\n 3\n}'
    assert lines_of_json(text) == {"": 1, "/a": 2, "/a/0": 2, "/a/1": 3, "/a/1/b~1c": 3, "/d~0": 4}


@given(VALUES, st.sampled_from([None, 1]))
def test_any_json_has_as_many_places_as_values(value: Any, indent: int | None) -> None:
    def count(one: Any) -> int:
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        return 1 + sum(map(count, inner))

    assert len(lines_of_json(json.dumps(value, indent=indent))) == count(value)


def test_a_key_is_found_and_a_value_of_the_same_name_is_not() -> None:
    assert line_of_key('title = "label = x"\n[mailbox]\nlabel = "y"\n', "mailbox.label") == 3
    assert line_of_key("a = 1", "b") is None


def test_tags_keep_their_lines_and_what_jinja_compares_is_no_tag() -> None:
    assert list(tags_of("{# <x> \n #}<p>{{ 1 <a }}</p>\n{% if a <b %}<br/>")) == [("p", 2), ("br", 3)]
