"""Answers kept for requests that may come twice; how often somebody asks."""

from django.db import models


class KeptAnswer(models.Model):
    """The answer to an unsafe request with an Idempotency-Key, written in the act's own transaction."""

    user_id = models.BigIntegerField("用户")
    key = models.CharField("幂等键", max_length=255)
    fingerprint = models.BinaryField("请求摘要", max_length=32)
    status = models.PositiveSmallIntegerField("状态码", default=0)
    headers = models.JSONField("响应头", default=dict)
    body_sealed = models.BinaryField("响应内容（密文）", null=True)
    expires_at = models.DateTimeField("到期时间", db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="kept_answer_once")]


class RateCount(models.Model):
    """How many requests somebody made in a minute, as far as the serving processes have added them up (`rates`)."""

    who = models.CharField("请求者", max_length=80)
    minute = models.BigIntegerField("分钟", db_index=True)
    requests = models.PositiveIntegerField("请求数")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="rate_count_once")]
