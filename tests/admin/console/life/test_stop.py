"""Suspended and resumed by who set it, retired by the business agency; who and why is seen by those whom it touches."""

from collections.abc import Callable

from govern.rules.actor import Role
from tests.support.case_item_life import BUSINESS, CODE
from tests.support.console import Browser, text_of

PAGE = f"/case-items/details/?id={CODE}"


def stop(what: str, part: str) -> str:
    """Where a deed is done."""
    return f"/case-items/{CODE}/stop/{what}/{part}"


def test_an_owner_stops_its_own_part_and_everybody_touched_sees_who_and_why(
    civil: Browser, drafter: Browser, somebody: Callable[..., Browser]
) -> None:
    assert "暫停本機關部分" in text_of(civil.get(PAGE))
    empty = civil.post(stop("suspend", "owner"), {"reason": " "}, page=PAGE)
    assert empty.status_code == 422
    assert "請寫明理由" in text_of(empty)
    assert civil.post(stop("suspend", "owner"), {"reason": "系統更新至下午三時。"}, page=PAGE).status_code == 303
    clerk = somebody(BUSINESS, Role.CLERK)
    for browser in (civil, drafter, clerk):
        page = text_of(browser.get(PAGE))
        assert "部分暫停" in page
        assert "民政局已暫停本機關的查調項目" in page
        assert "理由：系統更新至下午三時。" in page
    stranger = somebody("ntpc-dist-sanchong", Role.CLERK)
    page = text_of(stranger.get(PAGE))
    assert "民政局已暫停" in page
    assert "系統更新" not in page
    assert "青年住宅" in text_of(drafter.get("/case-items/?tab=suspended"))


def test_who_set_a_stop_lifts_it_and_nobody_else(civil: Browser, tax: Browser, drafter: Browser) -> None:
    civil.post(stop("suspend", "owner"), {"reason": "系統更新。"}, page=PAGE)
    assert "恢復" not in text_of(tax.get(PAGE))
    lifted = drafter.post(stop("resume", "owner"), {"reason": "請恢復。"}, page=PAGE)
    assert lifted.status_code == 403
    assert tax.post(stop("resume", "owner"), {"reason": "請恢復。"}, page=PAGE).status_code == 409
    assert "恢復本機關部分" in text_of(civil.get(PAGE))
    assert civil.post(stop("resume", "owner"), {"reason": "更新完成。"}, page=PAGE).status_code == 303
    assert "已暫停" not in text_of(drafter.get(PAGE))


def test_the_business_agency_and_the_platform_stop_the_whole(
    drafter: Browser, somebody: Callable[..., Browser]
) -> None:
    operator = somebody("ntpc-itc", Role.OPERATOR)
    drafter.post(stop("suspend", "business_agency"), {"reason": "法規修正中。"}, page=PAGE)
    operator.post(stop("suspend", "platform"), {"reason": "介接異常。"}, page=PAGE)
    page = text_of(drafter.get(PAGE))
    assert "業務主管機關（城鄉發展局）已暫停這個案件項目" in page
    assert "平臺（" in page
    assert "介接異常。" in page


def test_a_retired_case_item_has_nothing_in_force(drafter: Browser, civil: Browser) -> None:
    assert "廢止生效中的版本" in text_of(drafter.get(PAGE))
    assert civil.get(stop("retire", "business_agency")).status_code == 404
    assert civil.post(stop("retire", "business_agency"), {"reason": "不再辦理。"}, page=PAGE).status_code == 403
    assert drafter.post(stop("retire", "business_agency"), {"reason": "業務結束。"}, page=PAGE).status_code == 303
    assert "廢止生效中的版本" not in text_of(drafter.get(PAGE))
    assert drafter.post(stop("retire", "business_agency"), {"reason": "再一次。"}, page=PAGE).status_code == 409


def test_no_such_deed_is_no_such_page(drafter: Browser) -> None:
    for path in (stop("suspend", "owner"), stop("resume", "business_agency"), stop("burn", "platform")):
        assert drafter.get(path).status_code == 404
    assert drafter.post(stop("burn", "platform"), {"reason": "試試。"}, page=PAGE).status_code == 404
