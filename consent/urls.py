from django.urls import path

from consent.views import pictures, words

app_name = "consent"

urlpatterns = [
    path("", pictures.pictures_page, name="pictures_page"),
    path("new/", pictures.picture_new, name="picture_new"),
    path("<int:pk>/", pictures.picture_page, name="picture_page"),
    path("<int:pk>/thumb/", pictures.picture_thumb, name="picture_thumb"),
    path("<int:pk>/copy/", pictures.picture_copy, name="picture_copy"),
    path("<int:pk>/original/", pictures.picture_original, name="picture_original"),
    path("<int:pk>/move/<slug:name>/", pictures.picture_move, name="picture_move"),
    path("<int:pk>/person/", words.picture_person, name="picture_person"),
    path("<int:pk>/consent/", words.picture_consent, name="picture_consent"),
    path("<int:pk>/basis/", words.picture_basis, name="picture_basis"),
    path("<int:pk>/bank/", words.picture_bank, name="picture_bank"),
    path("people/<int:pk>/unlist/", words.picture_unlist, name="picture_unlist"),
]
