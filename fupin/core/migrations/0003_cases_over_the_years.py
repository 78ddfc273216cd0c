"""A subject may go through a procedure again; acts entered late are asked first; clocks may stand still."""

import django.db.models.deletion
from django.db import migrations, models

import fupin.core.ids


def began(apps, schema_editor):
    """Of a case that stands already, the day since which it is where it is, is the first that is known."""
    apps.get_model("core", "Case").objects.filter(began_on=None).update(began_on=models.F("since"))


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_act_division")]

    operations = [
        migrations.RemoveConstraint(model_name="case", name="case_once"),
        migrations.AddField("case", "edition", models.CharField("程序版本", max_length=40, blank=True, default=""), preserve_default=False),
        migrations.AddField("case", "parent", models.CharField("所属批次", max_length=120, blank=True, default=""), preserve_default=False),
        migrations.AddField("case", "code", models.CharField("案卷编号", max_length=16, null=True, unique=True)),
        migrations.AddField("case", "entered_at", models.DateTimeField("进入该状态的录入时间", null=True)),
        migrations.AddField("case", "whole_due_on", models.DateField("全程应办结之日", null=True)),
        migrations.AddField("case", "last_on", models.DateField("最近办理之日", null=True)),
        migrations.AddField("case", "began_on", models.DateField("开始之日", null=True)),
        migrations.AddField("case", "ended_on", models.DateField("办结之日", null=True)),
        migrations.AddField("case", "escalated_on", models.DateField("逾期上报之日", null=True)),
        migrations.AddField("steptaken", "confirmed_by", models.BigIntegerField("补录复核人", null=True)),
        migrations.AddField("steptaken", "late_reason", models.CharField("逾期原因", max_length=300, blank=True, default=""), preserve_default=False),
        migrations.RunPython(began, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                fields=["procedure", "subject"], condition=models.Q(ended_on__isnull=True), name="case_open_once"
            ),
        ),
        migrations.AddIndex(model_name="case", index=models.Index(fields=["subject", "procedure"], name="case_subject")),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["division_id", "procedure", "state"], condition=models.Q(ended_on__isnull=True), name="case_place"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["parent"], condition=models.Q(("parent", ""), _negated=True), name="case_parent"),
        ),
        migrations.CreateModel(
            name="StepAsked",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, default=fupin.core.ids.new_id, editable=False, serialize=False)),
                ("case_version", models.PositiveIntegerField("申请时的版本")),
                ("act", models.CharField("操作", max_length=40)),
                ("happened_on", models.DateField("发生之日")),
                ("note", models.CharField("说明", max_length=500, blank=True)),
                ("late_reason", models.CharField("逾期原因", max_length=300, blank=True)),
                ("asked_by", models.BigIntegerField("申请人")),
                ("asked_at", models.DateTimeField("申请时间", auto_now_add=True)),
                ("state", models.CharField("状态", max_length=10, default="waiting")),
                ("decided_by", models.BigIntegerField("复核人", null=True)),
                ("decided_at", models.DateTimeField("复核时间", null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="core.case")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["case"], condition=models.Q(state="waiting"), name="step_asked_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="CasePause",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, default=fupin.core.ids.new_id, editable=False, serialize=False)),
                ("began_on", models.DateField("停止计算之日")),
                ("ended_on", models.DateField("恢复计算之日", null=True)),
                ("reason", models.CharField("原因", max_length=120)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="pauses", to="core.case")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["case"], condition=models.Q(ended_on__isnull=True), name="case_pause_open")
                ]
            },
        ),
    ]
