"""Names as they are compared, and the parts of a name: one character, or two neighbours of a word of it.

A name and a typed word are brought to one form: one width, one case, no marks upon letters, one of several ways to write a
character. Whatever is typed, its characters and pairs then lead to every name that holds it, by an index that any database
has, and without a table of words, which Chinese does not write apart.
"""

import unicodedata
from itertools import pairwise
from typing import Final

# Ways to write one character that are met side by side in Taiwan's administration, in one agency's names and in another's
# or in an older font's; the first of each is kept. Laws themselves write 臺 and 台 for each other. What is a word or a
# surname of its own (凃 and 涂, 於 and 于, 遊 and 游, 菸 and 煙, 週 and 周) is not among them.
WRITTEN_ALIKE: Final = (
    "台臺 館舘 峰峯 裡裏 線綫 群羣 腳脚 床牀 著着 占佔 污汙汚 證証 教敎 戶户戸 衛衞 為爲 真眞 產産 查査 強强 祕秘 溫温 恆恒 "
    "沖冲 涼凉 鄉鄕 慎愼 錄録 綠緑 尚尙 內内 既旣 吳吴呉 黃黄 靜静 清淸 青靑 值値 絕絶 說説 稅税 悅悦 脫脱 閱閲 銳鋭 冊册 "
    "歷歴 曆暦 莊荘庄 豐豊 鹽塩 廳廰 廁厠 村邨 鄰隣 雞鷄鶏 場塲 偽僞 啟啓 宮宫 寶寳 德徳 概槪 匯滙 災灾 豬猪 磚甎 眾衆 研硏 "
    "稟禀 穎頴 糧粮 緒緖 姊姉 并幷 併倂 彝彞 即卽 卻却 兌兑 俞兪 劍劒 參叅"
)
DOTS: Final = ".·‧・•∙⋅"  # between the parts of a name of an indigenous people, as one keyboard or another has them

_FOLDED: Final = {ord(other): alike[0] for alike in (*WRITTEN_ALIKE.split(), DOTS) for other in alike[1:]}
_MARKS: Final = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"})


def canonical(text: str) -> str:
    """The form in which names and words are compared: a fixed point, with one space between words."""
    while (folded := _fold(text)) != text:
        text = folded
    return text


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char if char.isspace() else "" if unicodedata.category(char) in _MARKS else char for char in apart)
    return " ".join(unicodedata.normalize("NFKC", bare).translate(_FOLDED).split())


def words_of(text: str) -> tuple[str, ...]:
    """What is looked for, word by word, each once."""
    return tuple(dict.fromkeys(canonical(text).split()))


def parts_of(*names: str) -> frozenset[str]:
    """Every part by which these names are found."""
    words = {word for name in names for word in canonical(name).split()}
    return frozenset(part for word in words for part in (*word, *map("".join, pairwise(word))))


def parts_to_find(word: str) -> tuple[str, ...]:
    """The parts that a name must have to hold a canonical word: its pairs, or the one character that it is."""
    return tuple(dict.fromkeys(map("".join, pairwise(word)))) or (word,)
