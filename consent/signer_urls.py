"""The addresses of a signer's link. They are short, so that the QR code stays coarse enough for old phones."""

from django.urls import path

from consent.views import signer

app_name = "signer"

urlpatterns = [
    path("<str:token>/", signer.ask, name="ask"),
    path("<str:token>/say/", signer.answer, name="answer"),
    path("<str:token>/receipt/", signer.receipt, name="receipt"),
    path("<str:token>/withdraw/", signer.withdraw, name="withdraw"),
    path("<str:token>/small/", signer.picture, name="picture"),
    path("<str:token>/<slug:step>/", signer.ask, name="step"),
]
