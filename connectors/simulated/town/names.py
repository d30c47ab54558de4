"""Names for people who do not exist (虛構): drawn from surnames and characters, some of them hard to write.

Every kind of name that a mask or a screen can stumble over is among them: compound surnames, one-character given names,
indigenous and foreign names, and characters beyond Unicode's basic plane (CNS 11643), which many systems cannot write.
"""

from typing import Final

from connectors.simulated.town import chance

_SURNAMES: Final = "陳林黃張李王吳劉蔡楊許鄭謝郭洪邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈"
_COMPOUND: Final = ("歐陽", "司徒", "上官", "諸葛", "范姜", "張簡")
_FIRST: Final = "芷柏沐允以采品宥思恩昀晏書庭語棠荷莘喬禾岱亭皓凱睿嶽鈞"
_SECOND_MAN: Final = "澤謙翰廷霖叡宸聿崴勳騏楷碩鋒"
_SECOND_WOMAN: Final = "妍潔涵綺萱瑄芸蓁嫻琳甯穎蓓璇"
_OLD_FIRST: Final = "金玉添阿清錦秀招水火春滿"
_OLD_SECOND_MAN: Final = "土旺來財樹塗發池木炎"
_OLD_SECOND_WOMAN: Final = "妹枝卻葉緞蜜雀盆嬌桃"
# Beyond the basic plane: U+20BB7, U+242EE, U+21C56, U+2A8CB, U+243D0, U+28A0F.
_RARE: Final = "𠮷𤋮𡱖𪣋𤏐𨨏"
_INDIGENOUS_MAN: Final = ("瓦旦‧尤幹", "比林‧塔利", "尤勞‧雅威", "拉互依‧伊凡", "哈勇‧達路")
_INDIGENOUS_WOMAN: Final = ("伊萬‧蘇亞", "娃郁‧比林", "阿慕依‧瓦旦", "莎韻‧尤勞", "吉娃斯‧哈勇")
_FOREIGN_MAN: Final = ("TESTOV IVAN INVENTED", "PUTRA BUDI INVENTED", "NGUYEN VAN INVENTED", "SANTOS MARCO INVENTED")
_FOREIGN_WOMAN: Final = ("TRAN THI INVENTED", "SARI DEWI INVENTED", "REYES ANNA INVENTED", "KIM MINA INVENTED")


def surname(*about: object) -> str:
    """A surname; one family in twelve has a compound one."""
    if chance.happens(8, "compound", *about):
        return chance.pick(_COMPOUND, "surname", *about)
    return chance.pick(_SURNAMES, "surname", *about)


def given_name(sex: str, age: int, *about: object) -> str:
    """A given name as people of that age have them; one in twelve has one character, one in eight a rare one."""
    if chance.happens(12, "rare", *about):
        return chance.pick(_FIRST, "first", *about) + chance.pick(_RARE, "rare", *about)
    if chance.happens(8, "short", *about):
        return chance.pick(_SECOND_MAN if sex == "M" else _SECOND_WOMAN, "short", *about)
    if age >= 70:
        seconds = _OLD_SECOND_MAN if sex == "M" else _OLD_SECOND_WOMAN
        return chance.pick(_OLD_FIRST, "first", *about) + chance.pick(seconds, "second", *about)
    return chance.pick(_FIRST, "first", *about) + chance.pick(
        _SECOND_MAN if sex == "M" else _SECOND_WOMAN, "second", *about
    )


def indigenous_name(sex: str, *about: object) -> str:
    """An indigenous person's name in its own form, with the separator that registers use."""
    return chance.pick(_INDIGENOUS_MAN if sex == "M" else _INDIGENOUS_WOMAN, "indigenous", *about)


def foreign_name(sex: str, *about: object) -> str:
    """A foreign resident's name as it stands on the resident card."""
    return chance.pick(_FOREIGN_MAN if sex == "M" else _FOREIGN_WOMAN, "foreign", *about)
