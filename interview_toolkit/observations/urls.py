from django.urls import path

from interview_toolkit.observations import views

ONE = "entretien/observations/<uuid:public_id>"

urlpatterns = [
    path("entretien/observations/", views.observations, name="observations"),
    path("entretien/observations/demander/", views.ask, name="ask_observation"),
    path(f"{ONE}/", views.observation, name="observation"),
    path(f"{ONE}/repondre/", views.reply, name="reply_observation"),
    path(f"{ONE}/retirer/", views.withdraw, name="withdraw_observation"),
]
