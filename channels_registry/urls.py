from django.urls import path

from channels_registry.views import archive, cases, channels, closures, deputies, signing

app_name = "channels_registry"

urlpatterns = [
    path("", channels.channels_page, name="channels_page"),
    path("register.csv", channels.channels_csv, name="channels_csv"),
    path("public/", channels.public_page, name="public_page"),
    path("public.json", channels.public_json, name="public_json"),
    path("new/", channels.channel_new, name="channel_new"),
    path("<int:pk>/", channels.channel_page, name="channel_page"),
    path("<int:pk>/edit/", channels.channel_edit, name="channel_edit"),
    path("<int:pk>/move/<slug:name>/", channels.channel_move, name="channel_move"),
    path("<int:pk>/handle/", channels.channel_handle, name="channel_handle"),
    path("<int:pk>/editors/", channels.channel_editor, name="channel_editor"),
    path(
        "<int:pk>/editors/<int:editor>/remove/", channels.channel_editor_remove, name="channel_editor_remove"
    ),
    path("<int:pk>/look-over/", channels.channel_look_over, name="channel_look_over"),
    path("<int:pk>/proof/", channels.channel_proof, name="channel_proof"),
    path("<int:pk>/rest/", cases.rest_new, name="rest_new"),
    path("<int:pk>/close/", closures.closure_new, name="closure_new"),
    path("look/<int:pk>/<slug:kind>/", channels.channel_look, name="channel_look"),
    path("rests/<int:pk>/move/<slug:name>/", cases.rest_move, name="rest_move"),
    path("openings/", cases.openings_page, name="openings_page"),
    path("openings/new/", cases.opening_new, name="opening_new"),
    path("openings/<int:pk>/", cases.opening_page, name="opening_page"),
    path("openings/<int:pk>/move/<slug:name>/", cases.opening_move, name="opening_move"),
    path("deputies/", deputies.deputies_page, name="deputies_page"),
    path("deputies/<int:pk>/end/", deputies.deputy_end, name="deputy_end"),
    path("closures/", closures.closures_page, name="closures_page"),
    path("closures/<int:pk>/", closures.closure_page, name="closure_page"),
    path("closures/<int:pk>/move/<slug:name>/", closures.closure_move, name="closure_move"),
    path("closures/<int:pk>/take-over/", closures.closure_take_over, name="closure_take_over"),
    path("closures/<int:pk>/decide/", signing.closure_sign, name="closure_sign"),
    path("closures/<int:pk>/shot/", archive.shot_add, name="shot_add"),
    path("closures/<int:pk>/export/", archive.export_add, name="export_add"),
    path("closures/<int:pk>/uploads/", archive.upload_begin, name="upload_begin"),
    path("closures/<int:pk>/uploads/<uuid:uid>/", archive.upload_piece, name="upload_piece"),
    path("closures/<int:pk>/uploads/<uuid:uid>/finish/", archive.upload_finish, name="upload_finish"),
    path("closures/<int:pk>/items/<int:item>/", archive.item_copy, name="item_copy"),
    path("closures/<int:pk>/items/<int:item>/original/", archive.item_original, name="item_original"),
    path("closures/<int:pk>/items/<int:item>/opened/", archive.item_opened, name="item_opened"),
    path("closures/<int:pk>/package/", archive.package_download, name="package_download"),
    path("closures/<int:pk>/orders/<int:order>/bounce/", closures.order_bounce, name="order_bounce"),
    path("closures/<int:pk>/<slug:step>/", closures.closure_step, name="closure_step"),
]
