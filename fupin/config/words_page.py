"""The glossary and the list of operations of the API, as pages made from what the code itself reads."""

from __future__ import annotations

from typing import Any


def glossary_page() -> str:
    """Terms, words of the regimes, code lists and roles, each bound to its identifier."""
    from fupin.accounts.roles import ROLES
    from fupin.policy.catalogue import code_lists
    from fupin.policy.glossary import chapters
    from fupin.policy.regimes import regimes

    lines = [
        "# 词汇表 Glossary",
        "",
        "一个词在界面、文档和程序中各有一种说法。One word, said one way in screens, documents and code.",
        "",
    ]
    for chapter in chapters():
        lines += [
            f"## {chapter.label} {chapter.label_en}",
            "",
            "| 中文 | English | Identifier |",
            "| --- | --- | --- |",
        ]
        lines += [f"| {one.term} | {one.english} | `{one.identifier}` |" for one in chapter.terms]
        lines.append("")
    held = regimes()
    lines += ["## 各时期用语 Words of the regimes", "", "| Key | " + " | ".join(one.label for one in held) + " |"]
    lines += ["| --- |" + " --- |" * len(held)]
    lines += [f"| `{key}` | " + " | ".join(one.word(key) for one in held) + " |" for key in held[0].words]
    lines += ["", "## 码表 Code lists", "", "| 名称 | English | Identifier | 编码数 |", "| --- | --- | --- | --- |"]
    lines += [f"| {one.title} | {one.title_en} | `{name}` | {len(one.items)} |" for name, one in code_lists().items()]
    lines += ["", "## 岗位角色 Roles", "", "| 名称 | English | Identifier |", "| --- | --- | --- |"]
    lines += [f"| {one.label} | {one.label_en} | `{one.name}` |" for one in ROLES.values()]
    return "\n".join(lines) + "\n"


def operations_page() -> str:
    """Every operation of /api/v1 with what it does and the permission it asks for."""
    from fupin.accounts.api_access import OPERATIONS
    from fupin.api.assembly import api

    lines = [
        "# 接口一览 Operations of the API",
        "",
        "所有地址在 `/api/v1` 之下；用法见 [api.md](operations/api.md)。",
        "",
    ]
    by_tag: dict[str, list[str]] = {}
    for path, methods in sorted(api.get_openapi_schema()["paths"].items()):
        short = path.removeprefix("/api/v1")
        for method, body in methods.items():
            by_tag.setdefault(body["tags"][0], []).append(_operation(method.upper(), short, body, OPERATIONS))
    for tag, rows in sorted(by_tag.items()):
        lines += [f"## {tag}", "", "| | Address | Does | Permission |", "| --- | --- | --- | --- |", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _operation(method: str, path: str, body: dict[str, Any], table: dict[str, Any]) -> str:
    row = table[f"{method} {path}"]
    told = " ".join(str(body.get("description", "")).split("\n\n")[0].split())
    return f"| {method} | `{path}` | {body['summary']}. {told} | {row.get or row.post} |"
