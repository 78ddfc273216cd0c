"""The words of the trail: every act that any app records, and the kinds of subjects. A test finds the missing ones."""

from __future__ import annotations

from collections.abc import Iterable

from fupin.core.ledgers import Ledger
from fupin.notices.words import ACTS as NOTICE_ACTS
from fupin.papers.words import ACTS as PAPER_ACTS
from fupin.procedures.all_works import WORKS
from fupin.procedures.monitoring.words import ACTS as MONITORING_ACTS
from fupin.procedures.rounds.words import ACTS as ROUND_ACTS
from fupin.procedures.screening.words import ACTS as SCREENING_ACTS
from fupin.procedures.words import ACTS as PROCEDURE_ACTS
from fupin.quality.campaigns.words import ACTS as COLLECTION_ACTS
from fupin.quality.comparison.letters.words import ACTS as LETTER_ACTS
from fupin.quality.signs.words import ACTS as SIGN_ACTS
from fupin.quality.words import ACTS as TICKET_ACTS
from fupin.registry.words import ACTS as REGISTER_ACTS
from fupin.retention.words import ACTS as RETENTION_ACTS

SUBJECTS: dict[str, tuple[str, str]] = {
    # kind: (label, English label)
    "user": ("用户", "User"),
    "household": ("户", "Household"),
    "person": ("人", "Person"),
    "division": ("区划", "Division"),
    "import": ("导入", "Import"),
    "job": ("作业", "Job"),
    "override": ("参数调整", "Override"),
    "national": ("国家系统导出", "National export"),
    "takeover": ("接收批次", "Take-over batch"),
    "snapshot": ("快照", "Snapshot"),
    "handover": ("交接", "Handover"),
    "attachment": ("附件", "Attachment"),
    "opening": ("期初", "Opening"),
    "worker": ("后台进程", "Worker"),
    "ledger": ("台账", "Record type"),
    "export": ("取数", "Extract"),
    "token": ("接口令牌", "API token"),
    "key": ("加密密钥", "Key"),
    "index": ("检索值", "Search tokens"),
    "ticket": ("问题单", "Ticket"),
    "sweep": ("质量检查", "Sweep"),
    "rule": ("质量规则", "Quality rule"),
    "exchange": ("部门比对", "Comparison"),
    "area": ("区域性风险", "Area at risk"),
    "collection": ("信息采集", "Collection round"),
    "screening": ("大排查", "Screening"),
    "issued": ("下发名单", "Issued list"),
    "answers": ("带回的答复", "Answers brought back"),
    "letter": ("比对函", "Comparison letter"),
    "sign": ("数字痕迹", "Sign"),
    "case": ("案卷", "Case"),
    "meeting": ("会议", "Meeting"),
    "round": ("动态调整轮次", "Adjustment round"),
    "notice": ("公示", "Notice"),
    "objection": ("公示异议", "Objection"),
    "stack": ("扫描件", "Stack of scans"),
    "template": ("文书模板", "Template of a paper"),
    "destruction": ("销毁清册", "Register of destruction"),
}

LEDGER_ACTS: dict[str, tuple[str, str]] = {
    "create": ("新增", "Add"),
    "update": ("修改", "Change"),
    "remove": ("删除", "Remove"),
    "reveal": ("查看完整号码：", "Reveal a number"),
}
"""What is done with the rows of any record type; the record type's own name goes with it."""

ACTS: dict[str, tuple[str, str]] = {
    **REGISTER_ACTS,
    **{f"ticket.{act}": words for act, words in TICKET_ACTS.items()},
    **{f"collection.{act}": words for act, words in COLLECTION_ACTS.items()},
    **{f"screening.{act}": words for act, words in SCREENING_ACTS.items()},
    **{f"letter.{act}": words for act, words in LETTER_ACTS.items()},
    "ticket.begin": ("下发问题", "Open a ticket"),
    "ticket.take_out": ("带出待核实问题", "Take tickets along as a workbook"),
    **SIGN_ACTS,
    **PROCEDURE_ACTS,
    **ROUND_ACTS,
    **{f"{name}.{act}": words for name, work in WORKS.items() for act, words in work.acts.items()},
    **MONITORING_ACTS,
    **NOTICE_ACTS,
    **PAPER_ACTS,
    **RETENTION_ACTS,
    # act: (label, English label)
    "households.import": ("导入户资料", "Import a household"),
    "import.accept": ("确认导入", "Accept an import"),
    "import.cancel": ("取消导入", "Cancel an import"),
    "import.done": ("完成导入", "Finish an import"),
    "import.open": ("上传导入文件", "Upload an import"),
    "income.import": ("导入收入", "Import income"),
    "persons.import": ("导入人口资料", "Import persons"),
    "accounts.add_posting": ("登记任职", "Add a posting"),
    "accounts.add_token": ("新建接口令牌", "Make an API token"),
    "accounts.add_user": ("新建用户", "Add a user"),
    "accounts.bind_second_factor": ("绑定身份验证器", "Bind an authenticator"),
    "accounts.change_password": ("修改密码", "Change the password"),
    "accounts.disable_user": ("停用账户", "Disable an account"),
    "accounts.enable_user": ("启用账户", "Enable an account"),
    "accounts.end_posting": ("结束任职", "End a posting"),
    "accounts.end_session": ("退出登录（远程）", "End a session"),
    "accounts.export_officers": ("导出信息员名册", "Export the officers"),
    "accounts.export_trail": ("导出审计日志", "Export the trail"),
    "accounts.link_single_sign_on": ("关联统一身份认证", "Link single sign-on"),
    "accounts.reset_password": ("重置密码", "Reset a password"),
    "accounts.revoke_token": ("撤销接口令牌", "Revoke an API token"),
    "accounts.sign_in": ("登录", "Sign in"),
    "accounts.sign_in_failed": ("登录失败", "Failed sign-in"),
    "accounts.sign_out": ("退出登录", "Sign out"),
    "accounts.unbind_second_factor": ("解除身份验证器", "Unbind an authenticator"),
    "accounts.unlock": ("解除登录锁定", "Unlock"),
    "accounts.use_recovery_code": ("使用恢复码", "Use a recovery code"),
    "close_opening.ask_close": ("申请关闭期初", "Ask to close the opening"),
    "close_opening.begin": ("开启期初", "Begin the opening"),
    "close_opening.confirm_close": ("确认关闭期初", "Confirm the closing"),
    "close_opening.time_out": ("关闭申请逾期作废", "Request lapsed"),
    "close_opening.withdraw": ("撤回关闭申请", "Withdraw the request"),
    "core.resume_job": ("继续作业", "Resume a job"),
    "core.take_job_result": ("下载作业结果", "Take a job's result"),
    "divisions.abolish": ("撤销区划", "Abolish a division"),
    "divisions.boundary": ("更换边界", "Change a boundary"),
    "divisions.create": ("新设区划", "Create a division"),
    "divisions.merge": ("合并区划", "Merge divisions"),
    "divisions.move": ("区划改属", "Move a division"),
    "divisions.reclassify": ("变更区划类型", "Reclassify a division"),
    "divisions.recode": ("变更区划代码", "Recode a division"),
    "divisions.rename": ("区划更名", "Rename a division"),
    "divisions.undesignate": ("终止区划认定", "End a designation"),
    "divisions.split": ("拆分区划", "Split a division"),
    "handover.begin": ("交接造册", "Draw up a handover"),
    "handover.drop": ("作废交接", "Drop a handover"),
    "handover.drop_given": ("作废交接", "Drop a handover"),
    "handover.give": ("移交人签字", "Leaver signs"),
    "comparison.compare": ("与部门数据比对", "Compare with a department"),
    "comparison.decide": ("判定是否同一人", "Decide a pair"),
    "comparison.delete": ("删除到期的部门数据", "Delete compared rows"),
    "comparison.take_in": ("接收部门数据", "Take in a department's file"),
    "handover.give_for": ("监交人代签", "Supervisor signs"),
    "handover.take": ("接收人签字", "Successor signs"),
    "answers.confirm": ("确认提交带回的答复", "Hand in answers that were brought back"),
    "answers.delete": ("删除到期的答复工作簿", "Delete a workbook of answers"),
    "answers.done": ("提交完带回的答复", "Answers that were brought back are handed in"),
    "answers.drop": ("放弃带回的答复", "Drop answers that were brought back"),
    "answers.go_on": ("继续办理带回的答复", "Go on with answers that were brought back"),
    "answers.stop": ("停止提交带回的答复", "Stop handing in answers"),
    "answers.read": ("读取带回的答复", "Read answers that were brought back"),
    "answers.return": ("取回退回的行", "Take returned lines"),
    "answers.take_in": ("接收带回的答复", "Take in answers that were brought back"),
    "issued.decide": ("为名单的一行指定户", "Match a line by hand"),
    "issued.delete": ("删除到期的下发名单", "Delete an issued list"),
    "issued.give_back": ("回填下发名单", "Fill an issued list"),
    "issued.map": ("核对名单的列", "Map a list's columns"),
    "issued.match": ("名单对应到户并下发", "Match a list and hand it out"),
    "issued.return": ("退回名单的一行", "Return a line"),
    "issued.take_in": ("接收下发名单", "Take in an issued list"),
    "keys.index": ("更换检索密钥", "Change the index key"),
    "keys.rotate": ("更换加密密钥", "Rotate the field key"),
    "keys.seal": ("更换封存密钥", "Change the seal key"),
    "national.compare": ("与国家系统比对", "Compare with the national register"),
    "national.decide": ("处理与国家系统的差异", "Decide on differences"),
    "national.import": ("导入国家系统数据", "Import the national register"),
    "national.keying.file": ("导出回录清单", "Export the keying list"),
    "national.link": ("记下国家系统编号", "Keep a national number"),
    "national.takeover.ask": ("申请接收入册", "Ask for a take-over"),
    "national.takeover.confirm": ("确认接收入册", "Confirm a take-over"),
    "national.takeover.refuse": ("退回接收申请", "Refuse a take-over"),
    "quality.settle": ("由质量检查生成问题", "Settle a sweep"),
    "rulebook.preview": ("试算质量规则", "Try a quality rule"),
    "rulebook.confirm": ("复核通过参数调整", "Confirm a proposal"),
    "rulebook.propose": ("提出参数调整", "Propose a value"),
    "rulebook.refuse": ("退回参数调整", "Refuse a proposal"),
    "rulebook.withdraw": ("撤回参数调整", "Withdraw a proposal"),
    "snapshot.freeze": ("冻结年度", "Freeze a year"),
    "statistics.open_records": ("查看指标背后的记录", "Open the records behind a figure"),
}


def ledger_acts(ledgers: Iterable[Ledger]) -> dict[str, tuple[str, str]]:
    """The words of the acts on these record types: 新增区划认定."""
    return {
        f"{ledger.name}.{act}": (f"{chinese}{ledger.label}", f"{english}: {ledger.label_en}")
        for ledger in ledgers
        for act, (chinese, english) in LEDGER_ACTS.items()
    }


def ledger_subjects(ledgers: Iterable[Ledger]) -> dict[str, tuple[str, str]]:
    """The kinds of subjects that are rows of these record types."""
    return {ledger.name: (str(ledger.label), ledger.label_en) for ledger in ledgers}
