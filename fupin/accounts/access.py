"""The access table: every address, and who may use it how. One line a screen; a test walks all addresses against it.

`get` and `post` name a permission of `accounts.roles`, or one of the two words below; an empty one says that the
address does not answer that method. `place` says where the record lies that the test opens: somebody with the
permission elsewhere gets 404 there, as if the record did not exist; `nobody` is a record that none of them has. Operations of /api/v1 stand in `OPERATIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass

PUBLIC = "public"
"""nobody has to be signed in"""
SIGNED_IN = "signed in"
"""whoever is signed in, whatever the posting"""


@dataclass(frozen=True, slots=True)
class Row:
    """Who may use an address: by reading, by acting, and where its sample record lies."""

    get: str = ""
    post: str = ""
    place: str = ""


ADDRESSES: dict[str, Row] = {
    # view name, or the route of an address without a name
    "accounts:account": Row(get=SIGNED_IN),
    "accounts:act_for": Row(post=SIGNED_IN),
    "accounts:add_posting": Row(get="accounts.change", post="accounts.change", place="village"),
    "accounts:add_token": Row(get=SIGNED_IN, post=SIGNED_IN),
    "accounts:add_user": Row(get="accounts.change", post="accounts.change"),
    "accounts:audit": Row(get="audit.view"),
    "accounts:audit_export": Row(get="audit.view"),
    "accounts:code": Row(get=PUBLIC, post=PUBLIC),
    "accounts:draw_up_handover": Row(get="accounts.change", post="accounts.change", place="village"),
    "accounts:end_posting": Row(get="accounts.change", post="accounts.change", place="village"),
    "accounts:end_session": Row(post=SIGNED_IN, place="nobody"),
    "accounts:handover": Row(get=SIGNED_IN, post=SIGNED_IN, place="nobody"),
    "accounts:officers": Row(get="accounts.view"),
    "accounts:password": Row(get=SIGNED_IN, post=SIGNED_IN),
    "accounts:reset_password": Row(post="accounts.change", place="village"),
    "accounts:revoke_token": Row(post=SIGNED_IN, place="nobody"),
    "accounts:second_factor": Row(get=SIGNED_IN, post=SIGNED_IN),
    "accounts:set_active": Row(post="accounts.change", place="village"),
    "accounts:sign_in": Row(get=PUBLIC, post=PUBLIC),
    "accounts:sign_out": Row(post=SIGNED_IN),
    "accounts:unbind": Row(post="accounts.change", place="village"),
    "accounts:unlock": Row(post="accounts.change", place="village"),
    "accounts:user": Row(get="accounts.view", place="village"),
    "accounts:users": Row(get="accounts.view"),
    "desk:as_of": Row(post=SIGNED_IN),
    "desk:home": Row(get=SIGNED_IN),
    "desk:search": Row(get="registry.view"),
    "desk:standing": Row(get="registry.view"),
    "desk:suggest": Row(get="registry.view"),
    "healthz": Row(get=PUBLIC),
    "ledgers:columns": Row(post="registry.view"),
    "ledgers:edit": Row(get="divisions.change", post="divisions.change", place="nobody"),
    "ledgers:index": Row(get=SIGNED_IN),
    "ledgers:list": Row(get="registry.view"),
    "ledgers:new": Row(get="divisions.change", post="divisions.change"),
    "ledgers:page": Row(get="registry.view", place="nobody"),
    "ledgers:places": Row(get=SIGNED_IN),
    "ledgers:remove": Row(post="registry.view"),  # each row asks for the right over it
    "ledgers:total": Row(get="registry.view"),
    "metrics": Row(get=PUBLIC),
    "openid_connect_callback": Row(get=PUBLIC, place="nobody"),
    "openid_connect_login": Row(get=PUBLIC, place="nobody"),
    "registry:add_member": Row(get="registry.change", post="registry.change", place="village"),
    "registry:attach": Row(get="registry.change", post="registry.change", place="village"),
    "registry:attachment": Row(get="registry.view", place="nobody"),
    "registry:change": Row(get="registry.change", post="registry.change", place="village"),
    "registry:change_head": Row(get="registry.change", post="registry.change", place="village"),
    "registry:findings": Row(get="registry.change", post="registry.change", place="village"),
    "registry:findings_many": Row(get="registry.change", post="registry.change"),
    "registry:household": Row(get="registry.view", place="village"),
    "registry:household_history": Row(get="registry.view", place="village"),
    "registry:household_reveal": Row(get="registry.reveal", post="registry.reveal", place="village"),
    "registry:household_summary": Row(get="registry.view", place="village"),
    "registry:households": Row(get="registry.view"),
    "registry:households_columns": Row(get="registry.view"),
    "registry:households_columns_keep": Row(post="registry.view"),
    "registry:households_export": Row(get="registry.export"),
    "registry:households_filters": Row(get="registry.view"),
    "registry:households_total": Row(get="registry.view"),
    "registry:income": Row(get="registry.view", place="village"),
    "registry:income_change": Row(get="registry.change", post="registry.change", place="village"),
    "registry:income_new": Row(get="registry.change", post="registry.change", place="village"),
    "registry:income_sign": Row(post="registry.change", place="village"),
    "registry:merge": Row(get="registry.change", post="registry.change", place="village"),
    "registry:move": Row(get="registry.change", post="registry.change", place="village"),
    "registry:move_many": Row(get="registry.change", post="registry.change"),
    "registry:person": Row(get="registry.view", place="village"),
    "registry:person_change": Row(get="registry.change", post="registry.change", place="village"),
    "registry:person_history": Row(get="registry.view", place="village"),
    "registry:person_reveal": Row(get="registry.reveal", post="registry.reveal", place="village"),
    "registry:print": Row(get="registry.view", place="village"),
    "registry:qr_code": Row(get="registry.view", place="village"),
    "registry:register": Row(get="registry.change", post="registry.change"),
    "registry:remove_member": Row(get="registry.change", post="registry.change", place="village"),
    "registry:split": Row(get="registry.change", post="registry.change", place="village"),
    "readyz": Row(get=PUBLIC),
    "registry:import": Row(get="registry.import", place="nobody"),
    "registry:import_decide": Row(post="registry.import", place="nobody"),
    "registry:import_rejects": Row(get="registry.import", place="nobody"),
    "registry:import_state": Row(get="registry.import", place="nobody"),
    "registry:import_template": Row(get="registry.import"),
    "registry:imports": Row(get="registry.import", post="registry.import"),
    "rulebook:code_list": Row(get="rulebook.change"),
    "rulebook:code_lists": Row(get="rulebook.change"),
    "rulebook:decide": Row(post="rulebook.change", place="nobody"),
    "rulebook:parameter": Row(get="rulebook.change", post="rulebook.change"),
    "rulebook:parameters": Row(get="rulebook.change"),
    "rulebook:regimes": Row(get="rulebook.change"),
    "rulebook:requests": Row(get="rulebook.change"),
    "set_language": Row(get=PUBLIC, post=PUBLIC),
}

OPERATIONS: dict[str, Row] = {}
