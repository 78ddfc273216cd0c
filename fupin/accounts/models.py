"""Users, their postings (division + duty, from and to), API tokens."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from fupin.core.dated import DatedFact
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
