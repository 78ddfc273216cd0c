"""The index key is changed: what waits sealed as a file (rows that were read, lines of letters) is brought over to it.

Numbers were forgotten when a file was read, so a token in it is not made anew but exchanged: for every number of the
register, now and formerly, the token under a former key is known beside the present one. A token of nobody stays as it is,
and matches nobody as before. Each file says by the mark of its key which tokens it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from fupin.bulk import engine
from fupin.core import sealing
from fupin.core.duck import text
from fupin.core.refusals import Refused
from fupin.quality.comparison import folders
from fupin.registry.models import PersonIdentity

MARK = "index"
_AT_ONCE = 5_000
_PAIRS = pa.schema([("former", pa.string()), ("present", pa.string())])
_NOBODY = 0
"""The folder of no exchange: the pairs of tokens lie in its work folder while they are needed."""


def marked(schema: pa.Schema) -> pa.Schema:
    """The schema of a file of tokens that is written now: it says under which index key they are made."""
    return schema.with_metadata({MARK: sealing.index_mark()})


def require_present(path: Path) -> None:
    """Raises Refused for a file whose tokens are not of the present index key: nobody would be found by them."""
    if _mark_of(path) == sealing.index_mark():
        return
    if sealing.former_index_keys():
        raise Refused(_("检索密钥正在更换，请几分钟后再比对"), "index_key")
    raise Refused(_("检索密钥已更换，这份数据中的号码比对值不再有效：文件请重新报送，比对函请重新发出"), "index_key")


def _mark_of(path: Path) -> str:
    return (pq.read_metadata(path).metadata or {}).get(MARK.encode(), b"").decode()


def carry_over(beat: Callable[[], None] = lambda: None) -> int:
    """Bring every file that waits over to the present key; returns how many. A file that is brought over is passed by.

    Called while the former keys are still there; without them there is nothing to exchange by.
    """
    waiting = [path for name in (folders.ROWS, folders.LINES) for path in sorted(folders.root().glob(f"*/{name}"))]
    if not waiting or not sealing.former_index_keys():
        return 0
    changed = 0
    with folders.working(_NOBODY) as work:
        pairs = work / "pairs.parquet"
        _write_pairs(pairs, beat)
        for path in waiting:
            changed += _bring_over(path, pairs, work)
            beat()
    folders.remove(_NOBODY)
    return changed


def _write_pairs(target: Path, beat: Callable[[], None]) -> None:
    """Of every number of the register its token under each former key beside the present one."""
    with pq.ParquetWriter(target, _PAIRS) as writer:
        for numbers in _numbers():
            present = sealing.token_many(numbers, "id")
            for former in sealing.former_token_many(numbers, "id"):
                columns = [[one.hex() if one else None for one in tokens] for tokens in (former, present)]
                writer.write_table(pa.table([pa.array(one, pa.string()) for one in columns], schema=_PAIRS))
            beat()


def _numbers() -> Iterator[list[str | None]]:
    last = 0
    rows = PersonIdentity.objects.exclude(number_sealed=None).order_by("pk").values_list("pk", "number_sealed")
    while some := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        last = some[-1][0]
        yield sealing.unseal_many(bytes(sealed) for _pk, sealed in some)


def _bring_over(path: Path, pairs: Path, work: Path) -> bool:
    """Write one sealed file anew, in the order of its rows; one that was deleted meanwhile stays deleted."""
    owner, given, fresh = int(path.parent.name), work / "given.parquet", work / "fresh.parquet"
    if not path.is_file():
        return False
    folders.open_up(owner, path.name, given)
    mark = sealing.index_mark()
    if _mark_of(given) == mark:
        return False
    connection = engine.connect(folder=work)
    try:
        connection.execute(
            f"CREATE TEMP VIEW pairs AS SELECT DISTINCT former, present FROM read_parquet({text(pairs)})"
        )
        connection.execute(
            f"CREATE TEMP TABLE given AS SELECT *, row_number() OVER () AS nth FROM read_parquet({text(given)})"
        )
        connection.execute(f"COPY ({_exchanged(connection)}) TO {text(fresh)}"
                           f" (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{MARK}: {text(mark)}}})")  # fmt: skip
    finally:
        connection.close()
    if not path.is_file():
        return False
    folders.seal(owner, path.name, folders.blocks(fresh))
    return True


def _exchanged(connection: duckdb.DuckDBPyConnection) -> str:
    """The query that has every token of a former key exchanged, in columns of one token and of several."""
    columns = [row[0] for row in connection.execute("DESCRIBE given").fetchall()]
    several = [name for name in ("tokens", "near_tokens") if name in columns]
    lists = "".join(
        f" LEFT JOIN (SELECT nth, list(coalesce(p.present, token) ORDER BY place) AS held FROM (SELECT nth, unnest({name}) AS token,"
        f" generate_subscripts({name}, 1) AS place FROM given) LEFT JOIN pairs p ON p.former = token GROUP BY nth) {name}_held"
        f" ON {name}_held.nth = g.nth"
        for name in several
    )
    replaced = ["coalesce(p.present, g.number_token) AS number_token",
                *(f"coalesce({name}_held.held, g.{name}) AS {name}" for name in several)]  # fmt: skip
    return (f"SELECT g.* EXCLUDE (nth) REPLACE ({', '.join(replaced)}) FROM given g"
            f" LEFT JOIN pairs p ON p.former = g.number_token{lists} ORDER BY g.nth")  # fmt: skip
