"""Identifiers with valid check digits for people, firms, land and vehicles that do not exist (rules: RULES.md of the design).

A number that passes its check may by accident belong to somebody: what is issued here is invented and says so wherever it
is shown.
"""

from typing import Final

from connectors.simulated.town import chance

# Two-digit value of the first letter of a national ID number.
LETTERS: Final = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}
_ID_WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_FIRM_WEIGHTS: Final = (1, 2, 1, 2, 1, 2, 4, 1)
_PLATE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # no I and O, which look like digits


def national_id(letter: str, sex: str, serial: int) -> str:
    """A national ID number: letter, 1 for a man or 2 for a woman, seven digits of `serial`, check digit."""
    return _with_check_digit(f"{letter}{'1' if sex == 'M' else '2'}{serial % 10_000_000:07d}")


def resident_no(letter: str, sex: str, serial: int) -> str:
    """A foreign resident's number in the form in use since 2021: second character 8 for a man, 9 for a woman."""
    return _with_check_digit(f"{letter}{'8' if sex == 'M' else '9'}{serial % 10_000_000:07d}")


def old_resident_no(letter: str, sex: str, serial: int) -> str:
    """A foreign resident's number in the older form: two letters, C for a man or D for a woman as the second."""
    return _with_check_digit(f"{letter}{'C' if sex == 'M' else 'D'}{serial % 10_000_000:07d}")


def firm_no(serial: int) -> str:
    """A business number (統一編號) that is valid under the rule before 2023 and under the one since."""
    stem = f"{serial % 10_000_000:07d}"
    if stem[6] == "7":  # a 7 in this place has a rule of its own, which tests of the rulebook cover
        stem = stem[:6] + "8"
    for last in "0123456789":
        total = sum(
            sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(stem + last, _FIRM_WEIGHTS, strict=True)
        )
        if total % 10 == 0:
            return stem + last
    raise AssertionError("the last digit has weight 1, so that one of ten always fits")


def land_no(office: str, section: int, parent: int, child: int) -> str:
    """A land number in full: office, section, parent and child number (2 + 4 + 4 + 4 characters)."""
    return f"{office}{section:04d}{parent:04d}{child:04d}"


def building_no(office: str, section: int, parent: int, child: int) -> str:
    """A building number in full: office, section, parent and child number (2 + 4 + 5 + 3 characters)."""
    return f"{office}{section:04d}{parent:05d}{child:03d}"


def shown_land_no(number: str) -> str:
    """The part of a land number that registers print: 0018-0001."""
    return f"{number[6:10]}-{number[10:]}"


def shown_building_no(number: str) -> str:
    """The part of a building number that registers print: 01234-000."""
    return f"{number[6:11]}-{number[11:]}"


def plate_no(kind: str, *about: object) -> str:
    """A plate as it is printed: ABC-1234 for cars, 123-ABC for motorcycles, the older 1234-AB for some."""
    letters = "".join(chance.pick(_PLATE_LETTERS, "plate", place, *about) for place in range(3))
    if kind == "motorcycle":
        return f"{chance.digits(3, 'plate', *about)}-{letters}"
    if chance.happens(15, "old plate", *about):
        return f"{chance.digits(4, 'plate', *about)}-{letters[:2]}"
    return f"{letters}-{chance.digits(4, 'plate', *about)}"


def is_valid(number: str) -> bool:
    """Whether a national ID or resident number has ten characters and the right check digit."""
    proper = len(number) == 10 and number[0] in LETTERS and number[1] in "12ABCD89" and number[2:].isdecimal()
    return proper and _with_check_digit(number[:9]) == number


def broken(number: str) -> str:
    """The same number with a check digit that is wrong."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def _with_check_digit(stem: str) -> str:
    first = LETTERS[stem[0]]
    # An old resident number's second letter counts with the last digit of its value (C is 12, so 2).
    second = str(LETTERS[stem[1]] % 10) if stem[1].isalpha() else stem[1]
    total = sum(int(digit) * weight for digit, weight in zip(f"{first}{second}{stem[2:]}", _ID_WEIGHTS, strict=True))
    return stem + str(-total % 10)
