"""The reconciliation's differences in Japanese, for the operators' page: name, usual cause, what to do.

The English ones are the command line's (`hub/ledger/differences.py`); the two have the same names.
"""

from collections.abc import Mapping
from types import MappingProxyType

DIFFERENCES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "document_without_order": (
            "センターにない証明書",
            "市の応答が遅れた、検査で拒否された、またはその間にセンターが止まった",
            "印刷も入金もない。センターの記録でその手続を探す",
        ),
        "order_without_document": (
            "市にない証明書",
            "市の記録が古い状態に戻された、または手続の記録が偽造された",
            "市のバックアップと比べ、説明がつくまで証明書を失効させる",
        ),
        "fee_differs": (
            "部数・手数料の相違",
            "市の記録の部数または手数料が、センターの記録と違う",
            "種別を停止し、両方の記録と当日の手数料を比べる",
        ),
        "order_open": (
            "未完了のまま",
            "端末の停止、通信の切断、端末の記録の破損で、結果が報告されていない",
            "端末の状態を見る。復旧すれば自動で報告される",
        ),
        "order_unknown": (
            "結果が不明",
            "停電などで、用紙が出たかどうか端末に分からない",
            "映像・取出口・硬貨を確認し、hub settle で始末する",
        ),
        "fee_held": (
            "手数料の保留",
            "失効したのに、手数料が収納も返却もされていない",
            "手数料を返し、hub settle で「返金」とする",
        ),
        "entry_missing": (
            "仕訳の不足",
            "手続の状態に必要な仕訳がない。センター以外が書き換えた",
            "だれが書き換えたかを調べ、当日のバックアップと比べる",
        ),
        "entry_unexpected": (
            "余分な仕訳",
            "手続の状態にないはずの仕訳がある",
            "だれが書き換えたかを調べ、当日のバックアップと比べる",
        ),
        "amount_differs": (
            "金額の相違",
            "仕訳の金額が、手数料または当日の料率と違う",
            "当日の料率表と比べる。料率表の古い行は変えてはならない",
        ),
        "cash_differs": (
            "現金の過不足",
            "数えた現金が、前回の計数からの収納額と違う",
            "数え直し、硬貨の詰まりと「不明」の手続を確認し、鍵を持っていた者を記録する",
        ),
        "documents_do_not_add_up": (
            "件数の不一致",
            "請求が、交付・失効・取消・未完了の合計と違う",
            "該当の証明書は上にある",
        ),
        "money_does_not_add_up": ("金額の不一致", "預りが、収納・返却・保留の合計と違う", "該当の証明書は上にある"),
        "not_compared": ("未照合", "市の記録がこの機械にない", "市の記録がある機械でも照合する"),
    }
)
