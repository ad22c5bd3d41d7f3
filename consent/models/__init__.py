from consent.models.arrivals import Arrival
from consent.models.people import Guardianship, Person
from consent.models.pictures import Appearance, Picture
from consent.models.requests import ConsentRequest, Letter, NoticeText
from consent.models.words import ConsentEvent, LegalBasis, MediaBankCheck

__all__ = [
    "Appearance",
    "Arrival",
    "ConsentEvent",
    "ConsentRequest",
    "Guardianship",
    "LegalBasis",
    "Letter",
    "MediaBankCheck",
    "NoticeText",
    "Person",
    "Picture",
]
