"""Who plays: invented clerks at the agencies of the examples, and one person for each other role."""

from dataclasses import dataclass
from typing import Final

from govern.rules.actor import Role


@dataclass(frozen=True, slots=True)
class Player:
    """An invented person of the demonstration (虛構): the account's name, the name on screen, agency and roles."""

    account: str
    name: str
    agency: str
    roles: tuple[Role, ...]


# One for each role, to sign in with and look around; the others are clerks whom single examples need.
LEADS: Final = (
    Player("clerk", "林小芬", "ntpc-dist-banqiao", (Role.CLERK,)),
    Player("supervisor", "陳文雄", "ntpc-dist-banqiao", (Role.SUPERVISOR,)),
    Player("drafter", "張淑華", "ntpc-urban", (Role.DRAFTER,)),
    Player("approver", "黃志強", "ntpc-civil", (Role.APPROVER,)),
    Player("auditor", "李美玲", "ntpc-civil", (Role.AUDITOR,)),
    Player("head", "吳國棟", "ntpc-civil", (Role.HEAD,)),
    Player("operator", "周建宏", "ntpc-itc", (Role.OPERATOR,)),
)

# Whom the month needs beside them: the tax data's owner says yes, enters the Ministry's letter, and gives a number.
OTHERS: Final = (
    Player("approver.tw-fia", "許雅玲", "tw-fia", (Role.APPROVER,)),
    Player("head.tw-fia", "蔡明德", "tw-fia", (Role.HEAD,)),
)

SURNAMES: Final = "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何高林羅鄭梁謝宋唐"
GIVEN: Final = ("雅婷", "家豪", "怡君", "俊宏", "佩珊", "志明", "詩涵", "冠宇", "淑芬", "建志", "欣怡", "柏翰")


def clerk_of(agency: str, number: int) -> Player:
    """The invented clerk of an agency that an example needs; the same name each time."""
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
    return Player(f"clerk.{agency}", name, agency, (Role.CLERK,))
