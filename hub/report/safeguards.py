"""The yearly check of the safeguards: each with what was looked at, the finding, and whether it needs attention.

Result: `ok`, `attention`, or `unchecked` where these records cannot tell. A check reads the year's records; it does not
repeat the tests of the product. Source: DOMAIN, "What went wrong elsewhere", "Leaving things behind", "Money".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, inspect

from hub.centre.hours import centre_is_open
from hub.ledger.differences import of_order
from hub.ledger.posting import tokyo_day
from hub.ledger.tariffs import Tariffs
from hub.municipality.rules.changes import all_changes, differences
from hub.municipality.samples.towns import TOWNS
from hub.municipality.setup import codes_in, open_existing
from hub.report.incidents import POLICE, Incident
from hub.report.year import Year

_PERSONAL = ("name", "kana", "birth", "address", "phone", "pin", "serial", "certificate", "fingerprint", "my_number")
_OF_OPERATORS = {
    "decisions": {"person"},
    "cash_counts": {"counted_by"},
}  # named people of the office, meant to be there
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Safeguard:
    """One safeguard as the council reads it; texts in Japanese."""

    name: str
    checked: str
    result: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a check may look."""

    year: Year
    engine: Engine
    data: Path
    tariffs: Tariffs
    incidents: Sequence[Incident] = ()
    recorded: frozenset[str] = frozenset()  # kiosks whose own records of things left behind were given


def check_safeguards(sources: Sources) -> list[Safeguard]:
    """Check all of them."""
    return [check(sources) for check in _CHECKS]


def _mismatch(sources: Sources) -> Safeguard:
    stops = sources.year.stops
    lifted = [it for it in sources.year.decisions if it.action == "resumed"]
    open_ones = [it for it in stops if it.lifted_at_s is None]
    told = f"停止 {len(stops)}件、解除 {len(stops) - len(open_ones)}件"
    for it in lifted[-_SHOWN:]:
        told += f"／{it.subject}：{it.person}「{it.reason}」"
    nameless = len([it for it in stops if it.lifted_at_s is not None]) - len(
        [it for it in stops if any(it.subject == done.subject for done in lifted) and it.lifted_at_s is not None]
    )
    return Safeguard(
        "証明書と本人の照合（不一致で種別を自動停止）",
        "停止の記録と、解除した者の氏名・理由",
        "attention" if open_ones or nameless else "ok",
        told + (f"／氏名のない解除 {nameless}件" if nameless else ""),
    )


def _one_document(sources: Sources) -> Safeguard:
    orders = sources.year.orders
    twice = len(orders) - len({it.transaction_id for it in orders})
    return Safeguard(
        "1回の手続に証明書は1通のみ（他人の証明書の混入防止）",
        "同じ手続に2つ以上の証明書がないか",
        "attention" if twice else "ok",
        f"証明書 {len(orders):,}件、重複 {twice}件",
    )


def _late(sources: Sources) -> Safeguard:
    ended = {it.id for it in sources.year.transactions.values() if it.cause == "municipality-timeout"}
    used = [it for it in sources.year.orders if it.transaction_id in ended]
    return Safeguard(
        "時間切れは手続全体を取消し、遅れた応答は破棄",
        "時間切れの手続に証明書が残っていないか",
        "attention" if used else "ok",
        f"時間切れ {len(ended)}件、そのうち証明書のあるもの {len(used)}件",
    )


def _ledger(sources: Sources) -> Safeguard:
    year, found = sources.year, list[str]()
    now_s = int(year.now.timestamp())
    for order in year.orders:
        entries = year.entries.get(order.document_id, [])
        found += [it.name for it in of_order(order, entries, sources.tariffs, now_s)]
    told = "、".join(f"{name} {found.count(name)}件" for name in sorted(set(found)))
    return Safeguard(
        "金銭の照合（交付記録と帳簿）",
        "全件について、状態と仕訳・手数料・委託手数料が合うか",
        "attention" if found else "ok",
        f"{len(year.orders):,}件を照合、差異 {len(found)}件" + (f"：{told}" if told else ""),
    )


def _refunds(sources: Sources) -> Safeguard:
    year = sources.year
    unpaid = [
        it
        for it in year.orders
        if it.state in {"refunded", "cancelled"}
        and (kinds := {e.kind for e in year.entries.get(it.document_id, [])}) & {"fee_escrowed"}
        and not kinds & {"fee_returned", "fee_repaid"}
    ]
    back = sum(it.state == "refunded" for it in year.orders)
    return Safeguard(
        "印刷できなかったときの全額返金",
        "入金後に印刷されなかった手続の返金",
        "attention" if unpaid else "ok",
        f"返金 {back}件、返金の記録がないもの {len(unpaid)}件",
    )


def _left_behind(sources: Sources) -> Safeguard:
    year = sources.year
    left = [it for it in year.orders if it.cause == "left_behind"]
    alarms = sum(it.kind == "alarm" for it in year.alarms)
    lasting = [it for it in year.alarms if it.kind == "alarm" and it.ended_at_s is None]
    return Safeguard(
        "取り忘れの警報と証明書の失効",
        "取り忘れの失効の記録、鳴ったままの警報",
        "attention" if lasting else "ok",
        f"取り忘れで失効 {len(left)}件、警報 {alarms}件、止まっていない警報 {len(lasting)}件",
    )


def _police(sources: Sources) -> Safeguard:
    name, checked = "取り忘れの始末と警察への引渡し", "各キオスクの記録（解除した者、理由、引渡し先）と失効の突合せ"
    if not sources.recorded:
        return Safeguard(name, checked, "unchecked", "キオスクの記録が渡されていない（hub report --incidents）")
    left = [it for it in sources.year.orders if it.cause == "left_behind" and it.kiosk_id in sources.recorded]
    known = {it.document_id for it in sources.incidents}
    missing = [it for it in left if it.document_id not in known]
    nameless = [it for it in sources.incidents if it.reason is not None and not it.operator]
    lying = [it for it in sources.incidents if not it.over and it.reason is None]
    police = sum(it.reason == POLICE for it in sources.incidents)
    return Safeguard(
        name,
        checked,
        "attention" if missing or nameless or lying else "ok",
        f"{len(sources.recorded)}台の記録 {len(sources.incidents)}件、警察へ引渡し {police}件、"
        f"記録のない失効 {len(missing)}件、氏名のない解除 {len(nameless)}件、終わっていないもの {len(lying)}件",
    )


def _hours(sources: Sources) -> Safeguard:
    outside = [it for it in sources.year.orders if not centre_is_open(datetime.fromtimestamp(it.opened_at_s, UTC))]
    return Safeguard(
        "交付時間（6:30〜23:00、12月29日〜1月3日は休止）",
        "時間外に受け付けた証明書がないか",
        "attention" if outside else "ok",
        f"時間外 {len(outside)}件",
    )


def _nothing_personal(sources: Sources) -> Safeguard:
    known = inspect(sources.engine)
    found = [
        f"{table}.{column['name']}"
        for table in known.get_table_names()
        for column in known.get_columns(table)
        if column["name"] not in _OF_OPERATORS.get(table, set())
        and any(word in str(column["name"]).split("_") or word == column["name"] for word in _PERSONAL)
    ]
    return Safeguard(
        "センターは個人情報を保存しない",
        f"データベースの全項目（{len(known.get_table_names())}表）の名称",
        "attention" if found else "ok",
        f"該当する項目 {len(found)}件" + (f"：{'、'.join(found)}" if found else ""),
    )


def _changes(sources: Sources) -> Safeguard:
    year, name = sources.year, "交付種別・項目・手数料・時間の変更の記録"
    if year.municipality not in codes_in(sources.data):
        return Safeguard(name, "変更記録は市のサーバにある", "unchecked", "市のサーバで hub changes を印刷すること")
    register = open_existing(sources.data, year.municipality)
    try:
        changes = all_changes(register, TOWNS.get(year.municipality, ()))
    finally:
        register.dispose()
    first, after = year.days
    lines = [it for it in differences(changes) if first <= it.on < after]
    told = "／".join(f"{it.on} {it.what}" for it in lines[:_SHOWN])
    return Safeguard(
        name,
        "日付・理由・記入者のある変更",
        "attention" if any(not it.entered_by for it in lines) else "ok",
        f"年度内の変更 {len(lines)}項目" + (f"：{told}" if told else ""),
    )


def _open_orders(sources: Sources) -> Safeguard:
    lost = [it for it in sources.year.orders if it.state == "unknown"]
    decided = [it for it in sources.year.decisions if it.action == "settled"]
    newest = f"（最新 {tokyo_day(decided[-1].at_s)}）" if decided else ""
    return Safeguard(
        "結果の分からない手続の始末",
        "「不明」のままの手続と、始末した者の記録",
        "attention" if lost else "ok",
        f"不明のまま {len(lost)}件、氏名を付けた始末 {len(decided)}件{newest}",
    )


_CHECKS: Sequence[Callable[[Sources], Safeguard]] = (
    *(_mismatch, _one_document, _late, _left_behind, _police, _refunds, _ledger, _open_orders, _hours),
    *(_nothing_personal, _changes),
)
