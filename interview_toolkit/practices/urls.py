from django.urls import path

from interview_toolkit.practices import views

urlpatterns = [
    path("entretien/pratique/proposer/", views.propose, name="propose_practice"),
    path("entretien/pratique/<int:pk>/reprendre/", views.rework, name="rework_practice"),
    path("entretien/pratique/<int:pk>/retirer/", views.withdraw, name="withdraw_practice"),
    path("entretien/pratique/<int:pk>/essayer/", views.try_too, name="try_practice"),
    path("entretien/pratique/<int:pk>/mot/", views.comment, name="comment_practice"),
]
