"""Acts of comparison: take a file in, compare it, decide a pair, delete what was kept long enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fupin.accounts import scopes
from fupin.accounts.queries import name_of
from fupin.bulk import engine, taking
from fupin.core import audit, clock, sealing
from fupin.core.ids import new_id
from fupin.core.reasons import LEAST_REASON
from fupin.core.refusals import NotFound, Refused
from fupin.core.sentences import listed
from fupin.core.workbooks.lists import write_workbook
from fupin.divisions.models import Division
from fupin.policy.sources import Source
from fupin.quality.comparison import (
    absence,
    exchanged,
    facts,
    findings,
    folders,
    matching,
    queries,
    reading,
    renewing,
    tokens,
)
from fupin.quality.comparison.letters import returning
from fupin.quality.comparison.letters.layouts import Unarranged, layout_of
from fupin.quality.comparison.models import Candidate, DepartmentFact, Exchange, PairDecision
from fupin.quality.comparison.sources import household_fields, retention_days
from fupin.quality.comparison.words import Stage, Verdict, Way
from fupin.quality.models import Sweep
from fupin.quality.operations import Settled, settle
from fupin.quality.words import State
from fupin.retention.judging import held_divisions
from fupin.rulebook import own_sources
from fupin.rulebook import queries as rulebook

_TURN = 500
SAID = ("name", "number_mask", "sex", "born_on", "village_id", "kin")
"""What a pair tells of its row beside the columns of the source."""
Tell = Callable[[int, int, str], None]


def _silent(done: int, total: int, phase: str) -> None:
    """Progress that nobody looks at."""


def take_in(*, source: Source, pieces: Iterable[bytes], name: str, division: int, by: Any, on: date, key: str = "",
            is_complete: bool = False) -> Exchange:  # fmt: skip
    """Seal a department's file away; nothing is read yet. `key`: the exchange key, where it brings tokens.

    Raises NotAllowed outside the own area, Refused for an empty file, a day to come and a key that is none.
    """
    scopes.require(by, "quality.exchange", division)
    require_usable(source, on=on, division=division)
    if on > clock.today():
        raise Refused(_("比对日期 %(day)s 晚于今天") % {"day": on}, "future_day")
    sealed_key = sealing.seal(tokens.read_key(key).hex()) if key else None
    made = Exchange(
        source=source.name, definition=source.definition, division_id=division, on=on, file_name=Path(name).name[:120], key_sealed=sealed_key,
        way=Way.TOKENS if key else Way.FILE, is_complete=is_complete, made_by=getattr(by, "pk", None),
        made_name=name_of(by), keep_until=clock.today() + timedelta(days=retention_days(source, on=on, division=division)),
    )  # fmt: skip
    made.size, made.sha256 = folders.seal(made.pk, folders.GIVEN, pieces)
    if not made.size:
        folders.remove(made.pk)
        raise Refused(_("“%(name)s”是空文件") % {"name": made.file_name}, "empty")
    with transaction.atomic():
        made.save(force_insert=True)
        audit.record(by=by, act="comparison.take_in", subject=f"exchange:{made.pk}", division=division, on=on,
                     detail={"source": source.name, "file": made.file_name, "sha256": made.sha256})  # fmt: skip
    return made


def require_usable(source: Source, *, on: date, division: int) -> None:
    """Raises NotFound for a source that does not hold for a division on a day: another office's, or a former version."""
    if own_sources.require(source.name, on=on, division=division) != source:
        raise NotFound(_("“%(name)s”在该区划该日没有这个版本，请重新选择数据来源") % {"name": source.label}, "source")


def read(*, exchange: Exchange, source: Source, beat: Callable[[], None] = lambda: None) -> Exchange:
    """Read the file, make tokens of its numbers and forget them: afterwards only tokens lie here, sealed. What cannot
    be compared is REFUSED, with the sentence."""
    if exchange.state not in (Stage.READING, Stage.ARRANGING):
        return exchange
    with folders.working(exchange.pk) as work:
        given = work / f"given{Path(exchange.file_name).suffix.lower()[:10]}"
        folders.open_up(exchange.pk, folders.GIVEN, given)
        try:
            layout = layout_of(source.name, exchange.division_id) if exchange.way == Way.LETTER else None
            taken = reading.take(given, exchange.file_name, source, work, on=exchange.on,
                                 division=exchange.division_id, beat=beat, layout=layout)  # fmt: skip
            _same_way(exchange, taken)
        except Unarranged as asked:
            exchange.state, exchange.refusal = Stage.ARRANGING, str(asked)
            exchange.preview = {"headers": asked.headers, "words": asked.words}
        except Refused as refusal:
            exchange.state, exchange.refusal = Stage.REFUSED, str(refusal)
        else:
            folders.seal(exchange.pk, folders.ROWS, folders.blocks(work / "rows.parquet"))
            exchange.state, exchange.rows, exchange.remarks = Stage.READY, taken.rows, taken.remarks
            exchange.refusal = ""
            exchange.preview = {"layout": taken.layout, "counts": taken.counts, "sheets": taken.sheets,
                                "unread": taken.unread, "unfound": taken.unfound}  # fmt: skip
    exchange.save(update_fields=["state", "refusal", "rows", "remarks", "preview"])
    if exchange.state != Stage.ARRANGING:
        folders.remove(exchange.pk, folders.GIVEN)
    return exchange


def _same_way(exchange: Exchange, taken: reading.Taken) -> None:
    if exchange.way == Way.LETTER:
        return
    if taken.is_tokens and exchange.way != Way.TOKENS:
        raise Refused(_("这是令牌文件，请同时给出制作令牌所用的交换密钥"), "exchange_key")
    if exchange.way == Way.TOKENS and not taken.is_tokens:
        raise Refused(_("给出了交换密钥，但文件中没有令牌列“证件号码令牌”"), "exchange_key")


def compare(*, exchange: Exchange, source: Source, by: Any, tell: Tell = _silent) -> Exchange:
    """Match the rows with the register below the division, judge the hits, open tickets. Statuses are never changed.

    Done twice it comes to the same: after a worker died, and after somebody decided pairs of it, whose hits then count.
    """
    began = time.monotonic()
    if exchange.state not in (Stage.READY, Stage.MATCHING, Stage.DONE) or not folders.is_there(
        exchange.pk, folders.ROWS
    ):
        raise Refused(_("该文件不在待比对状态，或数据已到期删除"), "state")
    Exchange.objects.filter(pk=exchange.pk).update(state=Stage.MATCHING)
    exchange.state = Stage.MATCHING
    tell(0, 4, _("取登记册"))
    extract = taking.current()
    extract.used()
    division = _narrowed(exchange.division_id)
    with folders.working(exchange.pk) as work:
        connection = engine.connect(folder=work)
        try:
            _lay_out(connection, exchange, extract, work, division)
            scored = _find(connection, exchange, source, work, tell)
            tell(3, 4, _("生成疑点"))
            target = work / "findings.parquet"
            said = absence.find(connection, exchange, source, division=division)
            exchange.preview |= {"absence": said, "missing": absence.counted(connection)} if source.absent else {}
            exchange.preview |= {"left_open": _left_open(connection, exchange, source)}
            keep = None if exchange.is_complete else findings.standing(source)
            households = extract.path("households", exchange.on) if household_fields(source) else None
            found = findings.write(connection, source, target, on=exchange.on, division=division, households=households,
                                   keep=keep)  # fmt: skip
            for column, value in matching.counts(connection).items():
                setattr(exchange, column, value)
            with transaction.atomic():
                _write_candidates(connection, exchange, source, are_scored=scored)
            facts.keep(connection, exchange, source, on=exchange.on, division=division)
            settled = _settle(exchange, source, extract, target, found, by=by, division=division)
        finally:
            connection.close()
    return _end(exchange, extract, settled, found, time.monotonic() - began, by=by)


def _find(connection: Any, exchange: Exchange, source: Source, work: Path, tell: Tell) -> bool:
    """Find out who each row is about; says whether any was scored."""
    tell(1, 4, _("按号码比对"))
    if exchange.letter is not None:
        returning.lay_out(connection, exchange.letter, work)
        returning.find(connection)
        columns = [one.name for one in source.kept]
        exchange.preview |= {"returned": returning.report(connection, columns)}
        _keep_wrong(connection, exchange, columns, work / "wrong.xlsx")
        return False
    matching.find_exactly(connection)
    tell(2, 4, _("按姓名等关联"))
    match_from, doubt_from = (
        float(rulebook.value(name, on=exchange.on)) for name in ("comparison.match_from", "comparison.doubt_from")
    )
    return matching.find_scored(connection, match_from=match_from, doubt_from=doubt_from)


def _keep_wrong(connection: Any, exchange: Exchange, columns: list[str], target: Path) -> None:
    """Keep the lines of an answer that are to be looked at as a workbook, where there are any."""
    lines = returning.wrong_lines(connection, columns)
    header = next(lines, None)
    folders.remove(exchange.pk, folders.WRONG)
    if header is not None:
        write_workbook(chain([header], lines), target, _("待核对的行"))
        folders.seal(exchange.pk, folders.WRONG, folders.blocks(target))


def _left_open(connection: Any, exchange: Exchange, source: Source) -> list[str]:
    """Of a complete list the rules whose questions it cannot close, for want of which columns, in sentences."""
    lacking = findings.unsaid(connection, source) if exchange.is_complete else {}
    labels = {one.name: one.label_en if scopes.is_english() else one.label for one in source.kept}
    sentence = _("文件没有“%(columns)s”列或该列全空，规则 %(rule)s 以前可能凭它发现的问题不由这份名册办结")
    below = scopes.below([exchange.division_id])
    return [
        sentence % {"columns": listed(labels[one] for one in columns), "rule": rule}
        for rule, columns in lacking.items()
        if findings.resting_on(rule, source, columns).exclude(state=State.CLOSED).filter(village__in=below).exists()
    ]


def _narrowed(division: int) -> int | None:
    """None for the whole region: then nothing needs to be narrowed."""
    return None if Division.objects.filter(pk=division, level="region").exists() else division


def _lay_out(connection: Any, exchange: Exchange, extract: Any, work: Path, division: int | None) -> None:
    rows = work / "rows.parquet"
    folders.open_up(exchange.pk, folders.ROWS, rows)
    renewing.require_present(rows)
    connection.execute(f"CREATE TEMP VIEW rows AS SELECT * FROM read_parquet({engine.text(rows)})")
    persons = extract.path("persons", exchange.on)
    if exchange.key_sealed is not None:
        key = bytes.fromhex(sealing.unseal(bytes(exchange.key_sealed)))
        persons = exchanged.persons_file(connection, persons, work / "persons.parquet", tokens.Exchanged(key))
    matching.persons_view(connection, persons, None if division is None else scopes.below([division]).values_list(
        "descendant_id", flat=True))  # fmt: skip
    pairs = PairDecision.objects.values_list("said_sealed", "person_id", "is_same")
    matching.known_pairs(connection, [(sealing.unseal(said), person, is_same) for said, person, is_same in pairs])


def _write_candidates(connection: Any, exchange: Exchange, source: Source, *, are_scored: bool) -> None:
    """Every pair that a person decides, with what the row says sealed and the reasons by weight. One that stands
    already stays as it is, so that somebody may be deciding it; one that is no longer in doubt goes."""
    standing = {(row, person): pk for pk, row, person in Candidate.objects.filter(exchange=exchange, verdict=Verdict.OPEN)
                .values_list("pk", "row", "person_id")}  # fmt: skip
    if are_scored:
        columns = [f'r."file.{one.name}"' for one in source.kept]
        said = ", ".join([*(f"r.{one}" for one in SAID), *columns])
        reasons = ", ".join(f"d.level_{name}, d.weight_{name}" for name in queries.COMPARED)
        rows = connection.execute(
            f"SELECT d.left_id, r.said, p.person_id, p.village_id, d.probability, {reasons}, {said} FROM doubts d"
            " JOIN rows r ON r.row_id = d.left_id JOIN persons p ON p.person_id = d.right_id ORDER BY d.left_id, d.right_id"
        )
        names = [*SAID, *(one.name for one in source.kept)]
        while some := rows.fetchmany(_TURN):
            fresh = [row for row in some if standing.pop((row[0], row[2]), None) is None]
            Candidate.objects.bulk_create([_candidate(exchange, names, row) for row in fresh], ignore_conflicts=True)
    Candidate.objects.filter(pk__in=list(standing.values())).delete()


def _candidate(exchange: Exchange, names: Sequence[str], row: tuple[Any, ...]) -> Candidate:
    at, digest, person, village, probability, *rest = row
    split = 2 * len(queries.COMPARED)
    weights = [[name, int(level), round(float(weight or 0), 2)]
               for name, level, weight in zip(queries.COMPARED, rest[:split:2], rest[1:split:2], strict=True)]  # fmt: skip
    said = orjson.dumps(dict(zip(names, rest[split:], strict=True)), default=str).decode()
    return Candidate(id=new_id(), exchange=exchange, row=at, said_sealed=sealing.seal(digest), row_sealed=sealing.seal(said),
                     person_id=person, village_id=village, probability=probability, weights=weights)  # fmt: skip


def _settle(exchange: Exchange, source: Source, extract: Any, target: Path, found: int, *, by: Any,
            division: int | None) -> Settled:  # fmt: skip
    # What a file says is of this moment, however old the extract is: two files in a row may stand on the same one. It is
    # no check of all rules: what the last one found stays what the catalogue shows, and when the next one is due.
    sweep = Sweep.objects.create(
        division_id=division, on=exchange.on, extract=extract.id, as_of=timezone.now(), stamp=extract.stamp,
        engine="duckdb", rules=len(source.rules), findings=found, made_by=getattr(by, "pk", None),
        inputs={source.name: exchange.sha256}, is_partial=True,
    )  # fmt: skip
    return settle(target, sweep=sweep, rules=source.rules, division=division, by=by,
                  on=exchange.on)  # fmt: skip


def _end(exchange: Exchange, extract: Any, settled: Settled, found: int, seconds: float, *, by: Any) -> Exchange:
    exchange.state, exchange.findings, exchange.seconds = Stage.DONE, found, round(seconds, 3)
    exchange.opened, exchange.reopened, exchange.closed = settled.opened, settled.reopened, settled.closed
    exchange.extract, exchange.as_of, exchange.stamp = extract.id, extract.as_of, extract.stamp
    figures = ("rows", "matched_exact", "matched_scored", "undecided", "findings", "opened", "reopened", "closed")
    with transaction.atomic():
        exchange.save()
        audit.record(by=by, act="comparison.compare", subject=f"exchange:{exchange.pk}", division=exchange.division_id,
                     on=exchange.on, detail={name: getattr(exchange, name) for name in figures})  # fmt: skip
    return exchange


@transaction.atomic
def decide(*, candidates: Sequence[Candidate], is_same: bool, reason: str, by: Any, on: date) -> int:
    """Say of pairs whether they are one person; it holds for every later file. Returns how many were decided.

    Raises Refused without a reason, NotFound for a pair outside the own area or one that is decided already.
    """
    ids = [one.pk for one in candidates]
    rows = list(queries.open_candidates(by, "quality.review").select_for_update(of=("self",)).filter(pk__in=ids))
    if len(rows) != len(set(ids)):
        raise NotFound(_("没有这对待判定的记录，或已有人判定"), "candidate")
    said = reason.strip()[:200]
    if len(said) < LEAST_REASON:
        raise Refused(_("请写明判定依据（至少 %(count)d 个字）") % {"count": LEAST_REASON}, "reason")
    for row in rows:
        _keep_decision(row, is_same=is_same, reason=said, by=by)
        row.verdict = Verdict.SAME if is_same else Verdict.DIFFERENT
    Candidate.objects.bulk_update(rows, ["verdict"])
    audit.record_many(by=by, on=on, entries=[
        audit.Entry("comparison.decide", f"person:{row.person_id}", row.village_id,
                    {"exchange": row.exchange_id, "same": is_same, "reason": said}) for row in rows
    ])  # fmt: skip
    return len(rows)


def _keep_decision(row: Candidate, *, is_same: bool, reason: str, by: Any) -> None:
    """For every later file. While the index key is being changed a decision may still stand under its former token."""
    present, *former = sealing.tokens(sealing.unseal(bytes(row.said_sealed)), "pair")
    if former:
        PairDecision.objects.filter(person_id=row.person_id, said_token__in=former).update(said_token=present)
    PairDecision.objects.update_or_create(
        person_id=row.person_id, said_token=present,
        defaults={"said_sealed": row.said_sealed, "is_same": is_same, "reason": reason,
                  "decided_by": getattr(by, "pk", None), "decided_name": name_of(by)},
    )  # fmt: skip


def delete_expired(*, today: date, by: Any = None) -> int:
    """Delete the rows of exchanges whose time is over, with proof: the file's SHA-256, how many rows, when."""
    done = 0
    for row in Exchange.objects.filter(deleted_at=None, keep_until__lt=today).exclude(held_divisions()).order_by("id"):
        folders.remove(row.pk)
        with transaction.atomic():
            gone, _each = Candidate.objects.filter(exchange=row).delete()
            facts_gone, _each = DepartmentFact.objects.filter(exchange=row).delete()
            state = Stage.DELETED if row.state == Stage.DONE else Stage.REFUSED
            refusal = row.refusal or ("" if state == Stage.DELETED else _("到期未比对，数据已删除"))
            now = timezone.now()
            Exchange.objects.filter(pk=row.pk).update(
                state=state, refusal=refusal, deleted_at=now, key_sealed=None, preview={}
            )
            audit.record(by=by, act="comparison.delete", subject=f"exchange:{row.pk}", division=row.division_id,
                         on=today, detail={"sha256": row.sha256, "rows": row.rows, "pairs": gone,
                                           "facts": facts_gone, "at": now,
                                           "keep_until": row.keep_until})  # fmt: skip
        done += 1
    return done
