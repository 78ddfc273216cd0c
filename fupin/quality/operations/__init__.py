"""Acts of quality: findings become tickets, tickets are answered, checked, handed out."""

from fupin.quality.operations.settling import Settled, settle

__all__ = ["Settled", "settle"]
