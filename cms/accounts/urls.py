from django.urls import path

from cms.accounts import views

app_name = "accounts"
urlpatterns = [
    # Before allauth's own, at the same address.
    path("confirm-email/", views.message_sent, name="message_sent"),
    path("invitation/<uuid:token>/", views.invitation, name="invitation"),
    path("invitation/<uuid:token>/rejoindre/", views.join, name="join"),
]
