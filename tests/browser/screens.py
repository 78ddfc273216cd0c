"""The screens that every look test visits: one line each, with who looks at it.

`{household}` and `{person}` stand for the first of the list.
"""

SCREENS: tuple[tuple[str, str], ...] = (
    # person of the cast, address
    ("township_officer", "/"),
    ("township_officer", "/search/?q=by"),
    ("township_officer", "/households/"),
    ("township_officer", "/households/?state=registered&main_cause=01&persons_from=3"),
    ("township_officer", "/households/?q=nobody-of-that-name"),
    ("township_officer", "/households/filters/"),
    ("township_officer", "/households/columns/"),
    ("township_officer", "/households/register/"),
    ("township_officer", "/households/{household}/"),
    ("township_officer", "/households/{household}/history/?field=main_cause"),
    ("township_officer", "/households/{household}/print/"),
    ("township_officer", "/households/{household}/change/"),
    ("township_officer", "/households/{household}/members/add/"),
    ("township_officer", "/households/{household}/members/remove/"),
    ("township_officer", "/households/{household}/split/"),
    ("township_officer", "/households/{household}/findings/"),
    ("township_officer", "/households/{household}/income/2018/"),
    ("township_officer", "/households/{household}/income/2018/change/"),
    ("township_officer", "/households/{household}/attach/"),
    ("township_officer", "/households/{household}/reveal/phone/"),
    ("township_officer", "/persons/{person}/"),
    ("township_officer", "/persons/{person}/change/"),
    ("township_officer", "/nothing-here/"),
)
