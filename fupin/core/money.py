"""Money: whole fen inside, Decimal yuan at every edge.

SQLite keeps decimals as floats (3 × 0.10 ≠ 0.30), so amounts are stored as integers.
"""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation


class NotMoney(ValueError):
    """The text is no amount in yuan with at most two decimals."""


def to_fen(yuan: str | int | Decimal) -> int:
    """Fen of an amount in yuan. Accepts `1,234.50`, full-width digits and a leading ¥.

    Raises NotMoney for anything else, for more than two decimals, and for floats (they have lost exactness already).
    """
    if isinstance(yuan, float):
        raise NotMoney("金额不能是浮点数")
    text = str(yuan).strip().translate(_HALF_WIDTH).replace(",", "").lstrip("¥￥").removesuffix("元").strip()
    try:
        fen = Decimal(text) * 100
    except InvalidOperation:
        raise NotMoney(f"“{yuan}”不是金额，应为以元为单位、最多两位小数的数字") from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise NotMoney(f"“{yuan}”最多保留两位小数")
    return int(fen)


def to_yuan(fen: int) -> Decimal:
    """Yuan of an amount in fen, always with two decimals."""
    return Decimal(fen).scaleb(-2).quantize(Decimal("0.01"))


def per_head(fen: int, persons: int) -> int:
    """Fen per head, rounded half up to a fen (handbook §2.3: ROUND(net / persons, 2)). Raises ZeroDivisionError."""
    return int((Decimal(fen) / Decimal(persons)).quantize(Decimal(1), ROUND_HALF_UP))


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")
