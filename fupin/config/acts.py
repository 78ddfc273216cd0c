"""The words of the trail: every act that any app records, and the kinds of subjects. A test finds the missing ones."""

from fupin.registry.words import ACTS as REGISTER_ACTS

SUBJECTS: dict[str, tuple[str, str]] = {
    # kind: (label, English label)
    "user": ("用户", "User"),
    "household": ("户", "Household"),
    "person": ("人", "Person"),
    "division": ("区划", "Division"),
    "import": ("导入", "Import"),
    "job": ("作业", "Job"),
    "override": ("参数调整", "Override"),
    "snapshot": ("快照", "Snapshot"),
    "handover": ("交接", "Handover"),
    "attachment": ("附件", "Attachment"),
}

ACTS: dict[str, tuple[str, str]] = {
    **REGISTER_ACTS,
    # act: (label, English label)
    "households.import": ("导入户资料", "Import a household"),
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
    "handover.begin": ("交接造册", "Draw up a handover"),
    "handover.drop": ("作废交接", "Drop a handover"),
    "handover.drop_given": ("作废交接", "Drop a handover"),
    "handover.give": ("移交人签字", "Leaver signs"),
    "handover.give_for": ("监交人代签", "Supervisor signs"),
    "handover.take": ("接收人签字", "Successor signs"),
}
