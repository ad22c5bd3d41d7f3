app_name = "channels_registry"
urlpatterns: list = []
