from django.urls import path

from consent.views import asking, people, pictures, uploads, words

app_name = "consent"

urlpatterns = [
    path("", pictures.pictures_page, name="pictures_page"),
    path("new/", uploads.picture_new, name="picture_new"),
    path("describe/", uploads.pictures_describe, name="pictures_describe"),
    path("<int:pk>/", pictures.picture_page, name="picture_page"),
    path("<int:pk>/thumb/", pictures.picture_thumb, name="picture_thumb"),
    path("<int:pk>/copy/", pictures.picture_copy, name="picture_copy"),
    path("<int:pk>/original/", pictures.picture_original, name="picture_original"),
    path("<int:pk>/move/<slug:name>/", pictures.picture_move, name="picture_move"),
    path("<int:pk>/facts/", pictures.picture_facts, name="picture_facts"),
    path("<int:pk>/person/", words.picture_person, name="picture_person"),
    path("<int:pk>/blur/", words.picture_blur, name="picture_blur"),
    path("<int:pk>/consent/", words.picture_consent, name="picture_consent"),
    path("<int:pk>/basis/", words.picture_basis, name="picture_basis"),
    path("<int:pk>/bank/", words.picture_bank, name="picture_bank"),
    path("<int:pk>/ask/", asking.picture_ask, name="picture_ask"),
    path("<int:pk>/links/", asking.picture_links, name="picture_links"),
    path("requests/<int:pk>/call-back/", asking.request_call_back, name="request_call_back"),
    path("words/<int:pk>/scan/", words.word_scan, name="word_scan"),
    path("places/<int:pk>/", words.picture_place, name="picture_place"),
    path("places/<int:pk>/unlist/", words.picture_unlist, name="picture_unlist"),
    path("people/", people.people_page, name="people_page"),
    path("people/<int:pk>/", people.person_page, name="person_page"),
    path("people/<int:pk>/correct/", people.person_correct, name="person_correct"),
    path("people/<int:pk>/guardian/", people.person_guardian, name="person_guardian"),
    path("people/<int:pk>/protect/", people.person_protect, name="person_protect"),
    path("people/<int:pk>/erase/", people.person_erase, name="person_erase"),
    path("people/<int:pk>/extract/", people.person_extract, name="person_extract"),
    path("guardians/<int:pk>/remove/", people.guardian_remove, name="guardian_remove"),
]
