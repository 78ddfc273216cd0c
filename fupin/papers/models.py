"""Tables of papers: an office's own templates, what was printed page by page, stacks of scans and their pages."""

from django.db import models

from fupin.core.dated import Stable
from fupin.core.documents.declared import MARKS
from fupin.core.models import Attachment
from fupin.divisions.models import Division
from fupin.papers.words import FATES, KINDS, STACKS, STANDINGS, STATES, Standing, State


class OwnTemplate(Stable):
    """An office's own form of a document from a day: a Word file, a Mongolian text of its pages, or back to the shipped one.

    What was proposed never changes: `digest` is taken over it, is shown to who confirms, and is checked again then.
    """

    document = models.CharField("文书", max_length=40)
    edition = models.CharField("版本", max_length=20)
    kind = models.CharField("类别", max_length=10, choices=KINDS.items())
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")
    version = models.PositiveIntegerField("序号")
    valid_from = models.DateField("生效日期")
    file = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="模板文件")
    sha256 = models.CharField("文件校验值", max_length=64, blank=True)
    mongolian = models.JSONField("蒙古文译文", default=list)
    basis = models.CharField("依据文件", max_length=200)
    reason = models.CharField("理由", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES.items(), default=State.PROPOSED)
    digest = models.CharField("摘要", max_length=64)
    proposed_by = models.BigIntegerField("提出人", null=True)
    proposed_name = models.CharField("提出人", max_length=150)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.BigIntegerField("复核人", null=True)
    decided_name = models.CharField("复核人", max_length=150, blank=True)
    decided_at = models.DateTimeField("复核时间", null=True)
    note = models.CharField("复核意见", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "edition", "division", "version"], name="own_template_version",
                violation_error_message="该模板已有同一序号",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CONFIRMED)
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
                name="own_template_second_person", violation_error_message="应由另一人复核",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["document", "state", "division"], name="own_template_document")]


class Paper(Stable):
    """A paper that was printed of a subject; `code` is the first part of the codes on its pages."""

    code = models.CharField("文书码", max_length=10, unique=True)
    document = models.CharField("文书", max_length=40)
    edition = models.CharField("版本", max_length=20)
    subject_kind = models.CharField("对象类别", max_length=20)
    subject_id = models.BigIntegerField("对象")
    number = models.CharField("对象编号", max_length=40)
    title = models.CharField("对象名称", max_length=60)
    step = models.CharField("环节", max_length=40, blank=True)
    village = models.ForeignKey(Division, models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField("内容摘要", max_length=64)
    standing = models.CharField("状态", max_length=10, choices=STANDINGS.items(), default=Standing.OPEN)
    returns = models.BooleanField("须交回", default=True)
    is_complete = models.BooleanField("齐全", default=False)
    printed_on = models.DateField("打印日期")
    printed_by = models.BigIntegerField("打印人", null=True)
    printed_name = models.CharField("打印人", max_length=150)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "document"], name="paper_subject"),
            models.Index(
                fields=["village", "id"], name="paper_lacking",
                condition=models.Q(standing=Standing.OPEN, returns=True, is_complete=False),
            ),
        ]  # fmt: skip

    @property
    def subject(self) -> str:
        """The subject string, as attachments and the trail carry it."""
        return f"{self.subject_kind}:{self.subject_id}"

    @property
    def meaning(self) -> str:
        """All that a code of it vouches for."""
        return f"{self.document}|{self.edition}|{self.subject}|{self.step}"


class PaperPage(Stable):
    """A page of a printed paper, and the scan that came back of it."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="pages", db_index=False)
    number = models.PositiveSmallIntegerField("页")
    label = models.CharField("页名", max_length=40, blank=True)
    scan = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="扫描页")
    scan_sha256 = models.CharField("画面摘要", max_length=64, blank=True)
    filed_on = models.DateField("归档日期", null=True)
    filed_by = models.BigIntegerField("归档人", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="paper_page_once")]


class PaperMark(Stable):
    """A mark that a page must bear, and how many of it a person has seen on the scan; None before somebody looked."""

    page = models.ForeignKey(PaperPage, models.CASCADE, related_name="marks")
    mark = models.CharField("签章", max_length=12, choices=[(key, label) for key, (label, _english) in MARKS.items()])
    who = models.CharField("签章人", max_length=60)
    count = models.PositiveSmallIntegerField("应有", default=1)
    seen = models.PositiveSmallIntegerField("已有", null=True)
    looked_by = models.BigIntegerField("核对人", null=True)
    looked_on = models.DateField("核对日期", null=True)


class ScanStack(Stable):
    """Scans that were handed in together."""

    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="区划")
    name = models.CharField("名称", max_length=200)
    digest = models.CharField("文件摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=STACKS.items(), default="reading")
    count = models.PositiveIntegerField("页数", default=0)
    made_by = models.BigIntegerField("上传人", null=True)
    made_name = models.CharField("上传人", max_length=150)
    made_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["division", "made_by", "digest"], name="scan_stack_once",
                violation_error_message="这些扫描件已经上传过",
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["division", "-id"], name="scan_stack_division")]


class ScanPage(Stable):
    """One page of a stack: where it stood, what it was found to be, what became of it."""

    stack = models.ForeignKey(ScanStack, models.CASCADE, related_name="pages", db_index=False)
    file = models.PositiveSmallIntegerField("文件")
    file_name = models.CharField("文件名", max_length=200)
    number = models.PositiveSmallIntegerField("页")
    sha256 = models.CharField("画面摘要", max_length=64)
    fate = models.CharField("结果", max_length=10, choices=FATES.items())
    reason = models.CharField("说明", max_length=200, blank=True)
    page = models.ForeignKey(PaperPage, models.SET_NULL, null=True, related_name="scans")
    picture = models.ForeignKey(Attachment, models.SET_NULL, null=True, related_name="+", verbose_name="待办画面")
    decided_by = models.BigIntegerField("处理人", null=True)
    decided_on = models.DateField("处理日期", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stack", "file", "number"], name="scan_page_once")]
        indexes = [models.Index(fields=["stack", "fate", "id"], name="scan_page_fate")]
