"""Districts, roads and addresses: real names of places, invented houses."""

from dataclasses import dataclass
from typing import Final

from connectors.simulated.town import chance

CITY: Final = "新北市"


@dataclass(frozen=True, slots=True)
class District:
    """A district with the land office in charge of it and some of its villages, roads and land sections."""

    name: str
    office: str
    villages: tuple[str, ...]
    roads: tuple[str, ...]
    sections: tuple[str, ...]
    is_rural: bool = False


def _district(name: str, office: str, villages: str, roads: str, sections: str, *, is_rural: bool = False) -> District:
    return District(name, office, tuple(villages.split()), tuple(roads.split()), tuple(sections.split()), is_rural)


DISTRICTS: Final = (
    _district("板橋區", "FA", "留侯里 流芳里 湳興里", "文化路一段 中山路二段 縣民大道三段", "府中段 民生段 江翠段"),
    _district("三重區", "FG", "中央里 光明里 永吉里", "重新路三段 三和路四段 正義北路", "三重埔段 光華段 五谷王段"),
    _district("中和區", "FH", "中原里 連城里 安和里", "景平路 中山路三段 連城路", "中和段 南勢角段 員山段"),
    _district("永和區", "FH", "永安里 秀朗里 竹林里", "永和路一段 中正路 竹林路", "永和段 秀朗段 得和段"),
    _district("新莊區", "FB", "海山里 全安里 文德里", "中正路 新泰路 思源路", "新莊段 丹鳳段 頭前段"),
    _district("新店區", "FC", "新店里 大豐里 安康里", "北新路二段 中興路三段 安康路二段", "寶強段 安坑段 大坪林段"),
    _district("淡水區", "FE", "民安里 水碓里 油車里", "中正路 學府路 中山北路二段", "滬尾段 水碓子段 油車口段"),
    _district("汐止區", "FD", "智慧里 建成里 橫科里", "大同路二段 新台五路一段 福德一路", "汐止段 社后段 北港段"),
    _district("樹林區", "FI", "樹人里 彭福里 三福里", "中山路一段 保安街二段 鎮前街", "樹林段 彭厝段 三角埔段"),
    _district("三峽區", "FI", "三峽里 秀川里 插角里", "民權街 大同路 插角路", "三峽段 插角段 橫溪段", is_rural=True),
    _district(
        "坪林區", "FC", "坪林里 水德里 石𥕢里", "坪林街 水德街 北宜路八段", "坪林段 水德段 石𥕢段", is_rural=True
    ),
    _district("烏來區", "FC", "烏來里 忠治里 福山里", "烏來街 環山路 溫泉街", "烏來段 忠治段 福山段", is_rural=True),
)
ELSEWHERE: Final = (
    ("臺北市", "大安區", "信義路四段"),
    ("臺北市", "中山區", "民生東路二段"),
    ("桃園市", "中壢區", "環中東路"),
    ("基隆市", "仁愛區", "愛三路"),
    ("臺中市", "西屯區", "文心路二段"),
    ("高雄市", "前金區", "中正四路"),
)
BY_NAME: Final = {district.name: district for district in DISTRICTS}


@dataclass(frozen=True, slots=True)
class Place:
    """An address with its county and district, and the village with its neighbourhood."""

    county: str
    district: str
    address: str
    village: str

    @property
    def office(self) -> str:
        """The household registration office that keeps it."""
        return f"{self.county}{self.district.removesuffix('區')}戶政事務所"


def in_city(*about: object, district: District | None = None) -> Place:
    """An address in the city."""
    found = district or chance.pick(DISTRICTS[:9], "district", *about)
    village = f"{chance.pick(found.villages, 'village', *about)}{chance.between(1, 24, 'neighbourhood', *about)}鄰"
    road = chance.pick(found.roads, "road", *about)
    return Place(CITY, found.name, f"{CITY}{found.name}{road}{_house(*about, is_rural=found.is_rural)}", village)


def elsewhere(*about: object) -> Place:
    """An address outside the city."""
    county, district, road = chance.pick(ELSEWHERE, "elsewhere", *about)
    village = (
        f"{chance.pick('福德中正忠孝仁愛', 'village', *about)}安里{chance.between(1, 20, 'neighbourhood', *about)}鄰"
    )
    return Place(county, district, f"{county}{district}{road}{_house(*about, is_rural=False)}", village)


def _house(*about: object, is_rural: bool) -> str:
    house = f"{chance.between(1, 388, 'house', *about)}號"
    if chance.happens(40, "lane", *about):
        house = f"{chance.between(2, 399, 'lane', *about)}巷{chance.between(1, 60, 'house in lane', *about)}號"
    if is_rural or chance.happens(10, "no floor", *about):
        return house
    suffix = f"之{chance.between(1, 4, 'unit', *about)}" if chance.happens(20, "has unit", *about) else ""
    return f"{house}{chance.pick('二三四五六七八九十', 'floor', *about)}樓{suffix}"
