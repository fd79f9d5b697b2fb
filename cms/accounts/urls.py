from django.urls import path

from cms.accounts import views

app_name = "accounts"
urlpatterns = [
    path("invitation/<uuid:token>/", views.invitation, name="invitation"),
    path("invitation/<uuid:token>/rejoindre/", views.join, name="join"),
]
