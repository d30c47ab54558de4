"""The demonstration from beginning to end: people, a case item's life, a month of look-ups, its audit, and the report."""

from admin.demo import case_item, month, people, play, report
from admin.demo.examples import all_examples
from govern.core.settings import Settings


def demonstrate(settings: Settings) -> tuple[bool, dict[str, str]]:
    """Everything is played, on services that run already; whether all came out as it should, and the first passwords."""
    examples = all_examples()
    passwords = people.make(examples)
    players = {account: people.sign_on_as(settings, passwords, account) for account in passwords}
    version = case_item.play(players)
    begun = month.begin(players)
    played = play.play(settings, examples, players)
    periods = month.finish(settings, players, begun)
    case_item.leave_one_waiting(players)
    month.leave_one_open(settings, players, begun)
    return report.write(settings, played, case_items=[case_item.steps(version)], periods=periods), passwords
