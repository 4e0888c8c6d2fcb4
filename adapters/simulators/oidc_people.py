"""Whom the identity provider knows, all of them invented, and its two pages."""

from html import escape

PEOPLE = {
    "anna.drift": ("Anna Driftsen", ["udgaaende-post-drift", "udgaaende-post-alle"]),
    "sofus.sag": ("Sofus Sagsen", ["udgaaende-post-sag", "udgaaende-post-borgerservice"]),
    "lise.leder": ("Lise Ledersen", ["udgaaende-post-ledelse", "udgaaende-post-alle"]),
    "dorte.dpo": ("Dorte Databeskyttersen", ["udgaaende-post-dpo", "udgaaende-post-alle"]),
    "per.post": ("Per Postrumsen", ["udgaaende-post-postrum"]),
    "gerda.gaest": ("Gerda Gæstesen", ["en-anden-gruppe"]),
}
"""Login to name and groups."""


def choice(asked: dict[str, str]) -> str:
    """The page on which one chooses who one is."""
    kept = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in asked.items())
    people = "".join(
        f'<p><button name="person" value="{login}">{escape(name)} ({login})</button></p>'
        for login, (name, _) in PEOPLE.items()
    )
    return page("Hvem er du?", f'<form method="post" action="/authorize">{kept}{people}</form>')


def page(title: str, body: str) -> str:
    """A page with this heading."""
    head = f'<meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width">'
    return f'<!doctype html><html lang="da"><head>{head}</head><body><main><h1>{title}</h1>{body}</main></body></html>'
