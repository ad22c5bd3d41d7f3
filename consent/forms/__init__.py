"""What is typed about pictures, into clean values. No rules."""

from consent.forms.people import AppearanceForm, GuardianForm, PersonForm, PlaceForm
from consent.forms.pictures import BankForm, BasisForm, DescribeForm, FactsForm, FilterForm, NewPicturesForm
from consent.forms.words import AnswerForm, AskForm, ConsentForm

__all__ = [
    "AnswerForm",
    "AppearanceForm",
    "AskForm",
    "BankForm",
    "BasisForm",
    "ConsentForm",
    "DescribeForm",
    "FactsForm",
    "FilterForm",
    "GuardianForm",
    "NewPicturesForm",
    "PersonForm",
    "PlaceForm",
]
