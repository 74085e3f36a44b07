"""Puts handoffs that exist into generated calls, so that they reach more than "not found".

Only a value of the right form is replaced: what was made wrong on purpose stays wrong.
"""

import json
import os
import random
import re

import schemathesis

with open(os.environ["HANDOFFS"], encoding="utf-8") as file:
    HANDOFFS = json.load(file)

CHOICE = random.Random(1)
FORMS = {22: re.compile(r"[\w-]{22}", re.ASCII), 43: re.compile(r"[\w-]{43}", re.ASCII)}


def same_form(found, known):
    if isinstance(known, int):
        return isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= 3
    form = FORMS.get(len(known))
    return isinstance(found, str) and (form is None or form.fullmatch(found) is not None)


@schemathesis.hook
def before_call(context, case, kwargs):
    """One call in four is left as it was generated."""
    path = case.path_parameters or {}
    if not same_form(path.get("id"), HANDOFFS[0]["id"]) or CHOICE.random() < 0.25:
        return
    handoff = CHOICE.choice(HANDOFFS)
    path["id"] = handoff["id"]
    if isinstance(case.body, dict):
        for name, known in handoff.items():
            # A wrong answer now and then: the email stays as generated in half of the calls.
            keep = name == "email" and CHOICE.random() < 0.5
            if name in case.body and same_form(case.body[name], known) and not keep:
                case.body[name] = known
