from django.urls import path

from interview_toolkit.observations import views

ONE = "entretien/observations/<uuid:public_id>"

urlpatterns = [
    path("entretien/observations/", views.observations, name="observations"),
    path("entretien/observations/demander/", views.ask, name="ask_observation"),
    path(f"{ONE}/", views.observation, name="observation"),
    path(f"{ONE}/repondre/", views.reply, name="reply_observation"),
    path(f"{ONE}/retirer/", views.withdraw, name="withdraw_observation"),
    path(f"{ONE}/decliner/", views.decline, name="decline_observation"),
    path(f"{ONE}/montrer/", views.share, name="share_observation"),
    path(f"{ONE}/montrer/<int:pk>/reprendre/", views.revoke_share, name="revoke_observation_share"),
    path("entretien/calage/<int:pk>/", views.rate, name="rate_reference"),
    path("entretien/calage/<int:pk>/demandes/", views.accept_requests, name="accept_observation_requests"),
]
