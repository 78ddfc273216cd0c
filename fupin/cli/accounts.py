"""`fupin user` and `fupin token`: accounts with their posting, tokens for the API."""

import click

from fupin.cli.group import answer, prepare_database
from fupin.cli.words import say


@click.group(help=say("用户", "Users"))
def user() -> None:
    pass


@user.command(
    "add",
    help=say("建立用户及其任职；打印生成的密码", "Make an account with a posting; prints the password made for it"),
)
@click.argument("name")
@click.option("--role", required=True, help=say("岗位角色", "role"))
@click.option("--division", "code", required=True, metavar="CODE", help=say("任职区划代码", "division of the posting"))
@click.option("--full-name", default="", help=say("姓名", "full name"))
@click.option(
    "--one-time", is_flag=True, help=say("首次登录须修改密码", "the password must be changed at first sign-in")
)
@click.option("--json", "as_json", is_flag=True)
def add_user(name: str, role: str, code: str, full_name: str, one_time: bool, as_json: bool) -> None:
    prepare_database()
    from fupin.accounts.operations import add_user as add
    from fupin.accounts.operations import make_a_password
    from fupin.accounts.queries import division_of_code
    from fupin.accounts.roles import ROLES
    from fupin.accounts.scopes import SYSTEM
    from fupin.core.refusals import NotFound

    if role not in ROLES:
        raise click.BadParameter(
            say("没有这个角色；可用：", "no such role; there are: ") + " ".join(ROLES), param_hint="--role"
        )
    try:
        division = division_of_code(code)
    except NotFound as fault:
        raise click.BadParameter(str(fault), param_hint="--division") from fault
    # Whoever runs commands holds the database anyway; scripts and tests sign in at once with what is printed.
    password = "" if one_time else make_a_password()
    added = add(username=name, role=role, division=division, full_name=full_name, password=password, by=SYSTEM)
    answer(
        {"username": added.user.username, "password": added.password, "role": role, "division": code},
        as_json=as_json,
        text=say(f"用户 {added.user} 已建立，密码：{added.password}", f"Account {added.user} made; password: {added.password}"),
    )  # fmt: skip


@click.group(help=say("接口令牌", "API tokens"))
def token() -> None:
    pass


@token.command("add", help=say("为用户 NAME 建立接口令牌，只显示一次", "Make an API token for user NAME; shown once"))
@click.argument("name")
@click.option(
    "--scope",
    "allowed",
    multiple=True,
    help=say("权限，可重复；不给为其全部", "permission, repeatable; none: all of the user's"),
)
@click.option("--days", default=90, show_default=True, help=say("有效天数", "days that it lives"))
@click.option("--label", default="", help=say("令牌名称", "what it is for"))
@click.option("--json", "as_json", is_flag=True)
def add_token(name: str, allowed: tuple[str, ...], days: int, label: str, as_json: bool) -> None:
    prepare_database()
    from fupin.accounts.models import User
    from fupin.accounts.scopes import SYSTEM
    from fupin.accounts.tokens import add_token as add

    owner = User.objects.filter(username=name).first()
    if owner is None:
        raise click.BadParameter(say(f"没有用户 {name}", f"no user {name}"), param_hint="NAME")
    row, text = add(user=owner, name=label or "command", by=SYSTEM, allowed=allowed, days=days)
    answer(
        {"token": text, "username": name, "scopes": row.scopes.split(), "expires": row.expires_at},
        as_json=as_json,
        text=say(f"令牌（只显示这一次）：{text}", f"Token (shown this once): {text}"),
    )
