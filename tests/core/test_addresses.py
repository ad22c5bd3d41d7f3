"""What a person reads who wrote half a web address, at any door."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override

from channels_registry.models import Channel
from editorial.post_rows import WebAddressField

WORDS = {
    "en": "Write the whole address, for example https://avinge.se.",
    "sv": "Skriv hela adressen, till exempel https://avinge.se.",
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("typed", ["not an address", "https://[", "https://avinge"])
@pytest.mark.parametrize(
    "field", [forms.URLField(assume_scheme="https"), WebAddressField(assume_scheme="https")]
)
def test_half_an_address_is_answered_with_how_a_whole_one_looks(language, typed, field):
    with pytest.raises(ValidationError) as found:
        field.clean(typed)
    with override(language):
        assert found.value.messages == [WORDS[language]]


@pytest.mark.parametrize("language", WORDS)
def test_models_say_it_too(language):
    with pytest.raises(ValidationError) as found:
        Channel._meta.get_field("url").clean("avinge", None)
    with override(language):
        assert found.value.messages == [WORDS[language]]
