"""The pages, by whom they are for."""

from outbound.web.pages import (
    cases,
    cases_letter,
    documentation,
    dpo,
    dpo_log,
    dpo_person,
    faulty,
    held,
    leadership,
    letter,
    letters,
    loose_ends,
    mailings,
    many,
    mine,
    months,
    new_pdf,
    oidc,
    operations,
    print_runs,
    returned_post,
    sign_in,
    webhooks,
    what_if,
)

FOR_EVERYBODY = (documentation, sign_in, oidc, mine)
FOR_OPERATIONS = (operations, held, loose_ends, print_runs, letters, letter, new_pdf, many, faulty, mailings, webhooks)
FOR_OTHERS = (cases, cases_letter, returned_post, leadership, months, what_if, dpo, dpo_person, dpo_log)

ROUTERS = tuple(page.router for page in (*FOR_EVERYBODY, *FOR_OPERATIONS, *FOR_OTHERS))
