"""What an import writes and nevertheless tells: values that hardly stand together, for a person to look at.

Such rows are not sent back: the paper may say so, and the register holds what the paper says until somebody has asked at
the home. The names are those of the quality rules.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fupin.core.imports.declaration import Doubt

HOUSEHOLDS = (
    Doubt("LIV-004", "irrigated_mu > cultivated_mu", _("有效灌溉面积大于耕地面积")),
    Doubt("LIV-014", "is_water_difficult AND is_water_safe", _("饮水困难，又已解决安全饮用水")),
)  # fmt: skip

PERSONS = (
    Doubt("HEA-004", "list_contains(string_split(health, ','), '01') AND health <> '01'",
          _("健康状况选了“健康”，又选了别的")),
)  # fmt: skip
