"""Users, their postings (division + duty, from and to), API tokens."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from fupin.accounts import browsers
from fupin.core.dated import DatedFact
from fupin.core.ids import new_id
from fupin.divisions.models import Division


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """Someone who signs in. What they may do comes from their postings only; there is no superuser."""

    username = models.CharField("用户名", max_length=60, unique=True)
    full_name = models.CharField("姓名", max_length=60, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    phone_sealed = models.BinaryField("手机（密文）", null=True, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    password_set_at = models.DateTimeField("密码设定时间", null=True, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.username


class Posting(DatedFact):
    """A duty in a division for a time. The role's rights hold below that division while the posting runs."""

    user = models.ForeignKey(User, models.CASCADE, related_name="postings")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    role = models.CharField("岗位角色", max_length=30)
    duty = models.CharField("职责", max_length=100, blank=True)
    area = models.CharField("负责片区", max_length=200, blank=True)
    """of a grid officer: natural villages, groups or 浩特 of the village, joined by 、; empty is the whole village"""

    class Meta:
        constraints = [
            # A posting that ends on the day it began never held: it stays as a row, and holds on no day.
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="posting_period",
                violation_error_message="任职结束日期不能早于开始日期",
            ),
            models.UniqueConstraint(
                fields=["user", "division", "role"],
                condition=models.Q(valid_to__isnull=True),
                name="posting_open",
                violation_error_message="该用户在此区划已有同一岗位",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "valid_to"], name="posting_user"),
            models.Index(fields=["division", "valid_to"], name="posting_division"),
        ]


class FormerPassword(models.Model):
    """The hash of a password that a person has had, so that it is not taken again at once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords")
    password = models.CharField("密码摘要", max_length=128)
    set_at = models.DateTimeField("设定时间", auto_now_add=True)


class SignIn(models.Model):
    """A signed-in browser: its owner sees it under "my account" and can end it from another."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    method = models.CharField("方式", max_length=20)
    address = models.CharField("网络地址", max_length=64, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)
    signed_in_at = models.DateTimeField("登录时间", auto_now_add=True)
    last_seen_at = models.DateTimeField("最近活动", auto_now_add=True)

    @property
    def browser(self) -> str:
        """Which browser it is, in a word."""
        return browsers.name_of(self.agent)


class ApiToken(models.Model):
    """A key for programs. Only its digest is kept; it never does more than its owner may, and may do less."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField("名称", max_length=60)
    digest = models.BinaryField("摘要", max_length=32, unique=True)
    hint = models.CharField("开头", max_length=12)
    scopes = models.CharField("权限", max_length=2000, blank=True, help_text="以空格分开；空为本人的全部权限")
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    expires_at = models.DateTimeField("到期时间", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)


class Handover(models.Model):
    """What somebody hands over when a posting ends: frozen when it is drawn up, signed by both (see `steps.py`)."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="handovers")
    successor = models.ForeignKey(User, models.PROTECT, related_name="+")
    contents = models.JSONField("移交内容", default=list)
    remark = models.CharField("备注", max_length=500, blank=True)
    digest = models.BinaryField("摘要", max_length=32)
    drawn_up_on = models.DateField("造册日期")
    drawn_up_by = models.BigIntegerField("造册人", null=True)


class Signature(models.Model):
    """Somebody's signature under a handover: given by typing the password again, under exactly what was frozen."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="signatures")
    act = models.CharField("环节", max_length=20)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    digest = models.BinaryField("签字时的摘要", max_length=32)
    signed_at = models.DateTimeField("签字时间", auto_now_add=True)
    address = models.CharField("网络地址", max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "act"], name="signature_once")]
