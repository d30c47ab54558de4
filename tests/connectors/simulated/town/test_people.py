"""The families of the town fit together."""

from connectors.simulated.town import estates, people, places


def test_there_are_a_few_hundred_people_of_every_sort() -> None:
    everyone = people.everyone()
    assert 300 <= len(everyone) <= 600
    assert {person.status for person in everyone} == {"current", "moved_out", "deceased", "missing", "cancelled"}
    assert {person.marital for person in everyone} == {"single", "married", "divorced", "widowed", "same_sex_married"}
    assert {person.means for person in everyone} == {"low", "mid_low", "ordinary", "well_off"}
    assert {home.kind for home in people.households()} == {"family", "single", "business"}
    assert any(person.is_resident for person in everyone)


def test_spouses_are_each_others_spouses_and_parents_are_older() -> None:
    everyone = people.everyone()
    for person in everyone:
        if person.spouse is not None:
            assert everyone[person.spouse].spouse == person.ordinal
        home = people.household_of(person)
        if home and person.relation[-1:] in ("子", "女"):
            head = people.members(home)[0]
            assert head.name in (person.father, person.mother)
            assert (person.born - head.born).days > 15 * 365


def test_every_address_in_the_city_has_a_building_with_an_owner() -> None:
    for home in people.households():
        found = [parcel for parcel in estates.parcels() if parcel.place == home.place]
        assert bool(found) == (home.place.county == places.CITY)
        for parcel in found:
            assert parcel.building is not None
            assert parcel.holdings
