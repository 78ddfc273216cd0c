"""The settings of an instance: one table, from which they are read and documented (docs/operations/settings.md)."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its default as text, whether it is secret, and what it does, in both languages."""

    name: str
    default: str
    chinese: str
    english: str
    is_secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("FUPIN_DATA", "data", "数据目录：数据库（SQLite）、附件、快照、密钥文件都在其中",
            "data folder: the SQLite database, attachments, snapshots and keys.env lie in it"),
    Setting("FUPIN_DATABASE", "", "数据库地址 sqlite:///… 或 postgresql://用户:口令@主机:端口/库名；空为数据目录中的 SQLite",
            "database address, sqlite:///… or postgresql://user:password@host:port/name; empty: SQLite in the data folder",
            is_secret=True),
    Setting("FUPIN_SECRET_KEY", "", "会话与签名密钥；空则读 keys.env", "key of sessions and signatures; empty: from keys.env",
            is_secret=True),
    Setting("FUPIN_FIELD_KEYS", "", "字段加密密钥 k2:十六进制,k1:十六进制，第一个用于加密；空则读 keys.env",
            "field keys k2:hex,k1:hex, the first encrypts; empty: from keys.env", is_secret=True),
    Setting("FUPIN_INDEX_KEY", "", "检索值密钥，与字段密钥分开保管，更换期间为 新,旧；空则读 keys.env",
            "key of the search tokens, kept apart from the field keys, `new,former` while it is changed; empty: from keys.env", is_secret=True),
    Setting("FUPIN_SEAL_KEY", "", "审计封存密钥，新的在前：新,旧；空则读 keys.env",
            "keys of the audit seals, newest first: `new,former`; empty: from keys.env", is_secret=True),
    Setting("FUPIN_HOSTS", "localhost,127.0.0.1,[::1]", "可用的主机名，逗号分隔", "host names that are served, by comma"),
    Setting("FUPIN_ORIGINS", "", "经 HTTPS 代理访问时的来源，如 https://fupin.example.cn",
            "origins behind an HTTPS proxy, such as https://fupin.example.cn"),
    Setting("FUPIN_HTTPS", "0", "经 HTTPS 访问：安全 Cookie、HSTS、信任 X-Forwarded-Proto",
            "reached by HTTPS: secure cookies, HSTS, X-Forwarded-Proto trusted"),
    Setting("FUPIN_PROXIES", "0", "前面有几层本单位的反向代理（决定信任 X-Forwarded-For 的哪一项）",
            "how many of the office's own reverse proxies stand before it: which entry of X-Forwarded-For is believed"),
    Setting("FUPIN_OIDC_URL", "", "统一身份认证（OpenID Connect）地址；空为不用", "OpenID Connect address; empty: not used"),
    Setting("FUPIN_OIDC_CLIENT", "", "OIDC 客户端编号", "OIDC client id"),
    Setting("FUPIN_OIDC_SECRET", "", "OIDC 客户端密钥", "OIDC client secret", is_secret=True),
    Setting("FUPIN_OIDC_NAME", "统一身份认证", "登录页上该入口的名称", "its name on the sign-in page"),
    Setting("FUPIN_OIDC_CLAIM", "preferred_username", "哪个声明是用户名（用户自己不能改的）",
            "the claim that is the user name; one that people cannot change themselves"),
    Setting("FUPIN_OIDC_SECOND_FACTOR", "0", "认证方已做二次验证", "the provider asks for a second factor itself"),
    Setting("FUPIN_METRICS_TOKEN", "", "读取 /metrics 的令牌；空为只限本机", "token for /metrics; empty: this machine only",
            is_secret=True),
    Setting("FUPIN_BULK_MEMORY_MB", "640", "列式引擎可用内存（MB）", "memory of the columnar engine in MB"),
    Setting("FUPIN_SPARK", "", "Spark Connect 服务器地址 sc://主机:端口；空则在用到时启动内嵌的",
            "address of a Spark Connect server, sc://host:port; empty: an embedded one is started when asked for"),
    Setting("FUPIN_LOG_LEVEL", "INFO", "日志级别 DEBUG、INFO、WARNING、ERROR", "log level"),
    Setting("FUPIN_LANG", "", "命令行语言 zh 或 en；空随系统，否则中文", "language of the command line, zh or en; empty: the locale, else Chinese"),
    Setting("FUPIN_DEMONSTRATION", "0", "演示实例：显示合成数据标识，不要求二次验证",
            "demonstration instance: synthetic mark shown, no second factor required"),
    Setting("FUPIN_DEBUG", "0", "开发用；任何对外实例都不得打开", "for development; never on an instance that others reach"),
)  # fmt: skip

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def text(name: str) -> str:
    """A setting as text, its default where it is not given."""
    return os.environ.get(name) or _BY_NAME[name].default


def flag(name: str) -> bool:
    """A switch: 1, true, yes and on mean on."""
    return text(name).lower() in ("1", "true", "yes", "on")


def parts(name: str) -> list[str]:
    """A list by comma."""
    return [part.strip() for part in text(name).split(",") if part.strip()]
