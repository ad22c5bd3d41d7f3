from consent.models.people import Guardianship, Person
from consent.models.pictures import Appearance, Picture
from consent.models.words import ConsentEvent, LegalBasis, MediaBankCheck

__all__ = [
    "Appearance",
    "ConsentEvent",
    "Guardianship",
    "LegalBasis",
    "MediaBankCheck",
    "Person",
    "Picture",
]
