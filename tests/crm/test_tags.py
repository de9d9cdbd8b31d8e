"""Tags (R-CRM-6)."""

from __future__ import annotations

import pytest

from crm import tags
from crm.models import ContactTag, Tag
from tests.crm.guests import ANNA, take
from tests.personas import Place


def test_a_tenant_starts_with_the_nine_system_tags(inside: Place) -> None:
    assert set(Tag.objects.values_list("key", flat=True)) == set(tags.SYSTEM_TAGS)
    assert len(tags.SYSTEM_TAGS) == 9


def test_the_tenth_tag_set_by_hand_is_refused_and_automatic_ones_do_not_count(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact
    tags.create("Allergy")
    for key in tags.SYSTEM_TAGS:
        tags.add(anna, key)

    with pytest.raises(tags.TagLimit):
        tags.add(anna, "allergy")

    ContactTag.objects.filter(tag__key="regular").update(is_automatic=True)
    tags.add(anna, "allergy")
    assert ContactTag.objects.count() == 10


def test_setting_a_tag_twice_is_setting_it_once(inside: Place) -> None:
    anna = take(inside, **ANNA).known_contact

    assert tags.add(anna, "vip").pk == tags.add(anna, "vip").pk


@pytest.mark.parametrize("label", ["vip", "VIP"])
def test_a_second_tag_of_the_same_name_is_refused(inside: Place, label: str) -> None:
    with pytest.raises(tags.TagExists):
        tags.create(label)


def test_system_tags_stay(inside: Place) -> None:
    vip = tags.find("vip")

    with pytest.raises(tags.SystemTag):
        tags.delete(vip)
    with pytest.raises(tags.SystemTag):
        tags.rename(vip, "Very important")


def test_a_files_labels_find_the_tags_or_make_them(inside: Place) -> None:
    found = tags.known_or_created(["VIP", "Friends & Family", "Sommelier"])

    assert {label: tag.key for label, tag in found.items()} == {
        "VIP": "vip",
        "Friends & Family": "friends_family",
        "Sommelier": "sommelier",
    }


@pytest.mark.parametrize("key", ["nonsense", "vip\x00", "x" * 500, ""])
def test_a_key_that_no_tag_has_is_refused(inside: Place, key: str) -> None:
    with pytest.raises(tags.UnknownTag):
        tags.find(key)
