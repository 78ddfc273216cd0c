"""Acts that a device may send twice: the answer to the first is kept, so that the second changes nothing."""

from django.db import models


class Act(models.Model):
    """An act by the id that its client made up for it, and the numbers of what it made."""

    client_id = models.CharField("客户端编号", max_length=64, primary_key=True)
    act = models.CharField("操作", max_length=60)
    user_id = models.BigIntegerField("操作人", null=True)
    result = models.JSONField("结果", default=list)
    at = models.DateTimeField("时间", auto_now_add=True)
